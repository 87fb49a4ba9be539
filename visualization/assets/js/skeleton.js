// The stage's fixed parts.

export const SKELETON = `
  <div class="nq-bar">
    <label class="nq-field"><span data-word="colour"></span><select data-pick="measure"></select></label>
    <label class="nq-field"><span data-word="size"></span><select data-pick="size"></select></label>
    <div class="nq-chips" data-flows role="group"></div>
    <button type="button" class="nq-chip" data-clusters><span data-word="clusters"></span></button>
    <div class="nq-modes" data-modes role="group" hidden></div>
  </div>
  <div class="nq-maps">
    <div class="nq-map" data-map="a"></div><div class="nq-map" data-map="b" hidden></div>
    <div class="nq-tip" hidden></div>
    <section class="nq-place" hidden></section>
    <div class="nq-notice" role="status" hidden></div>
  </div>
  <div class="nq-legend"></div>
  <div class="nq-breaks" hidden></div>
  <div class="nq-player"></div>
  <div class="nq-series-head"><div class="nq-areas"></div><button type="button" class="nq-chip" data-index hidden><span data-word="indexed"></span></button><span class="nq-series-note"></span></div>
  <div class="nq-series"></div>
  <div class="nq-credit"></div>`;

export const ZOOM = `<div class="nq-zoom"><button type="button" data-zoom="1.6">+</button><button type="button" data-zoom="0.625">−</button><button type="button" data-zoom="0">⤢</button></div>`;
