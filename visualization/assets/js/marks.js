// Breakthroughs on the map: a star where a track was opened, a thin line to each partner's place.

const STARS = {
  light: { star: "#f2b705", edge: "#5c4300", line: "#a67c00", halo: "rgba(255,254,251,.9)" },
  dark: { star: "#ffd43b", edge: "#1a1400", line: "#ffd43b", halo: "rgba(13,18,23,.85)" },
};
const LIFE = 1.4; // seconds that a star stays while time goes on: a quarter alone would be a flash

/** Breakthroughs to mark at time `t` with their strength: those of the quarter shown, and while it plays those just gone. */
export function marksAt(run, t, speed) {
  const quarter = Math.floor(t + 1e-6);
  const life = Math.max(1, speed * LIFE);
  return run.breakthroughs(quarter).filter((one) => t - one.quarter < life).map((one) => ({ ...one, strength: 1 - (0.85 * (t - one.quarter)) / life }));
}

function star(ctx, x, y, r) {
  ctx.beginPath();
  for (let k = 0; k < 10; k += 1) {
    const [angle, reach] = [(k * Math.PI) / 5 - Math.PI / 2, k % 2 ? r * 0.46 : r];
    ctx.lineTo(x + reach * Math.cos(angle), y + reach * Math.sin(angle));
  }
  ctx.closePath();
}

/** marks: of `marksAt`; sx, sy (places,) in pixels. */
export function drawMarks(ctx, { marks, sx, sy, radius, width, dark }) {
  const colours = STARS[dark ? "dark" : "light"];
  const size = Math.min(10, 6 + width / 220);
  ctx.lineJoin = "round";
  for (const { city, partners, strength } of marks) {
    ctx.globalAlpha = Math.min(1, strength * 1.2);
    for (const place of new Set(partners)) {
      if (place === city) continue;
      for (const [colour, line] of [[colours.halo, 3.6], [colours.line, 1.4]]) {
        ctx.beginPath();
        ctx.moveTo(sx[city], sy[city]);
        ctx.lineTo(sx[place], sy[place]);
        ctx.strokeStyle = colour;
        ctx.lineWidth = line;
        ctx.stroke();
      }
      ctx.beginPath();
      ctx.arc(sx[place], sy[place], Math.max(radius[place] + 1.5, 4), 0, 6.2832);
      ctx.stroke();
    }
  }
  for (const { city, strength } of marks) {
    ctx.globalAlpha = Math.min(1, strength * 1.2);
    star(ctx, sx[city], sy[city], size);
    ctx.strokeStyle = colours.halo;
    ctx.lineWidth = 5;
    ctx.stroke();
    ctx.fillStyle = colours.star;
    ctx.fill();
    ctx.strokeStyle = colours.edge;
    ctx.lineWidth = 1.1;
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}
