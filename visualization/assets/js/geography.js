// Albers' equal-area conic for China, and the outlines as paths in its plane.

const RADIANS = Math.PI / 180;
const [SOUTH, NORTH, MIDDLE, ORIGIN] = [25, 47, 104, 36].map((v) => v * RADIANS);
const N = (Math.sin(SOUTH) + Math.sin(NORTH)) / 2;
const C = Math.cos(SOUTH) ** 2 + 2 * N * Math.sin(SOUTH);
const radius = (latitude) => Math.sqrt(C - 2 * N * Math.sin(latitude)) / N;
const KILOMETRES = 6371;

/** Degrees to kilometres on the map's plane, y downwards. */
export function project(longitude, latitude) {
  const angle = N * (longitude * RADIANS - MIDDLE);
  const r = radius(latitude * RADIANS);
  return [KILOMETRES * r * Math.sin(angle), KILOMETRES * (r * Math.cos(angle) - radius(ORIGIN))];
}

function trace(path, ring, unit, box) {
  let [x, y] = [0, 0];
  for (let k = 0; k < ring.length; k += 2) {
    x += ring[k];
    y += ring[k + 1];
    const [px, py] = project(x * unit, y * unit);
    if (k === 0) path.moveTo(px, py);
    else path.lineTo(px, py);
    if (box) {
      box.left = Math.min(box.left, px);
      box.right = Math.max(box.right, px);
      box.top = Math.min(box.top, py);
      box.bottom = Math.max(box.bottom, py);
    }
  }
  path.closePath();
}

/** Provinces and land of `outlines.json` as paths, with the provinces' box. */
export function readOutlines(outlines) {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  const land = new Path2D();
  for (const ring of outlines.land) trace(land, ring, outlines.unit, null);
  const provinces = new Path2D();
  for (const { rings } of outlines.provinces) for (const ring of rings) trace(provinces, ring, outlines.unit, box);
  return { land, provinces, box, source: outlines.source };
}

/** Convex hull (Andrew), counter-clockwise. */
function hull(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (list) => {
    const kept = [];
    for (const p of list) {
      while (kept.length > 1 && turn(kept.at(-2), kept.at(-1), p) <= 0) kept.pop();
      kept.push(p);
    }
    return kept.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

/** A cluster's rounded outline: the hull of discs of `padding` km about its members. */
export function clusterShape(members, padding = 45) {
  const around = [];
  for (const [x, y] of members)
    for (let k = 0; k < 16; k += 1) around.push([x + padding * Math.cos((k * Math.PI) / 8), y + padding * Math.sin((k * Math.PI) / 8)]);
  const corners = hull(around);
  const path = new Path2D();
  corners.forEach(([x, y], k) => (k ? path.lineTo(x, y) : path.moveTo(x, y)));
  path.closePath();
  return { path, top: corners.reduce((a, b) => (b[1] < a[1] ? b : a)) };
}
