// What the page holds, for tests and the curious: `nqpf.stage.inspect()`.

export function inspected(stage) {
  const { feed, player, facts, camera, areas } = stage;
  const { a, b } = feed.shown;
  const head = stage.model.get("head");
  const { forks, first, seed, state } = head;
  return {
    at: player.at, quarter: player.quarter, name: stage.quarters?.[player.quarter], playing: player.playing, all: head.a?.all, forks, first, seed, state,
    a: a && { id: a.id, computed: a.frames.length }, b: b && { id: b.id, computed: b.frames.length },
    measure: stage.measure, size: stage.size, flows: [...stage.flows], clusters: stage.clusters, mode: stage.mode, zoom: camera.zoom,
    place: stage.place < 0 ? null : facts.places.code[stage.place], areas: areas.chosen, charts: stage.charts, index: stage.index,
    firstPaint: stage.firstPaint, paints: [...stage.paints], wide: stage.root.classList.contains("nq-wide"), seriesDrawn: stage.series.drawn, frameBytes: stage.layout.length * 4,
    arcs: a ? stage.flowsOf(a).map((f) => [f.factor, f.shown, f.number, f.across]) : [], marks: stage.marks ?? [],
  };
}
