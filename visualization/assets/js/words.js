// The page's own words; names of measures, levers and places come with the data.

/** `2024Q1` of a quarter's number. */
export const quarterName = (number) => `${Math.floor(number / 4)}Q${(number % 4) + 1}`;

export const WORDS = {
  en: {
    colour: "Colour", size: "Size", flows: "Flows", clusters: "City clusters", baseline: "Baseline", yours: "Scenario",
    difference: "Difference", both: "Both", differenceOf: "scenario − baseline",
    talent: "Talent", labour: "Labour", capital: "Capital", goods: "Goods",
    play: "Play (space)", pause: "Pause (space)", back: "One quarter back (←)", step: "One quarter on (→)",
    first: "To the start (Home)", last: "To the latest quarter (End)", speed: "Quarters a second", seed: "Seed",
    reset: "Run again", resetHint: "Start again from the first quarter with this seed; your scenario is dropped",
    quarter: "Quarter", scrub: "Quarter shown", perSecond: "a second",
    starting: "The model is starting…", computing: "computing", computed: "computed", waiting: "the server is busy; your run starts when a place is free",
    failed: "The run stopped", start: "start",
    nation: "Nation", place: "Place", noPlace: "Click a place on the map to see it here and follow its series.",
    closePanel: "Close", zoomIn: "Zoom in", zoomOut: "Zoom out", zoomReset: "Whole map",
    log: "log scale", sqrt: "square-root scale", area: "area: ",
    arcs: (n, all, share) => `${n} largest of ${all} (${share})`, noArcs: "none at the start", direction: "broad end → thin end: from → to",
    rank: "rank", of: "of", from: "from", series: "dashed: baseline · solid: scenario · click a chart to go there",
    seriesOne: "click a chart to go to that quarter", measure: "Measure",
    credit: "Outlines: Natural Earth, simplified. Lines imply no position on any boundary; land without data is grey.",
    resume: "Connection lost, trying again…",
  },
  zh: {
    colour: "颜色", size: "大小", flows: "流动", clusters: "城市群", baseline: "基准", yours: "情景",
    difference: "差异", both: "并排", differenceOf: "情景 − 基准",
    talent: "人才", labour: "劳动力", capital: "资本", goods: "货物",
    play: "播放（空格）", pause: "暂停（空格）", back: "后退一季（←）", step: "前进一季（→）",
    first: "回到起点（Home）", last: "到最新一季（End）", speed: "每秒季度数", seed: "种子",
    reset: "重新运行", resetHint: "用此种子从第一季重新开始；你的情景将被清除",
    quarter: "季度", scrub: "所示季度", perSecond: "每秒",
    starting: "模型正在启动……", computing: "计算中", computed: "已计算", waiting: "服务器繁忙；有空位时即开始运行",
    failed: "运行已停止", start: "起点",
    nation: "全国", place: "城市", noPlace: "点击地图上的城市，在此查看并跟踪其序列。",
    closePanel: "关闭", zoomIn: "放大", zoomOut: "缩小", zoomReset: "全图",
    log: "对数刻度", sqrt: "平方根刻度", area: "面积：",
    arcs: (n, all, share) => `${all} 条中最大的 ${n} 条（${share}）`, noArcs: "起点尚无", direction: "粗端 → 细端：从 → 到",
    rank: "位次", of: "/", from: "自", series: "虚线：基准 · 实线：情景 · 点击图表跳转",
    seriesOne: "点击图表跳转到该季度", measure: "指标",
    credit: "轮廓：Natural Earth，已简化。线条不代表对任何边界的立场；灰色为无数据的陆地。",
    resume: "连接中断，正在重试…",
  },
};
