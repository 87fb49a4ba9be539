// What has been computed, as it arrives: append-only frames of 32-bit floats. Going back only reads.

/** Where everything lies in a frame; the counterpart of `frames.py`. */
export class Layout {
  /** summed: measures of events, which are read as counts since the start. */
  constructor({ places, cityMeasures, nationMeasures, summed, regions, regionMeasures, factors, arcs, consortia, partners }) {
    Object.assign(this, { places, cityMeasures, nationMeasures, regions, regionMeasures, factors, arcs, consortia, partners });
    this.nationAt = cityMeasures.length * places;
    this.regionsAt = this.nationAt + nationMeasures.length;
    this.flowsAt = this.regionsAt + regionMeasures.length * regions;
    this.flowLength = 2 + 2 * arcs; // total, number, ends (two 16-bit numbers each), amounts
    this.consortiaAt = this.flowsAt + factors.length * this.flowLength;
    this.length = this.consortiaAt + 1 + consortia * (3 + partners); // number; place, sector, opened, partners' places each
    this.summed = [
      ...cityMeasures.flatMap((name, m) => (summed.has(name) ? [[m * places, (m + 1) * places]] : [])),
      ...nationMeasures.flatMap((name, m) => (summed.has(name) ? [[this.nationAt + m, this.nationAt + m + 1]] : [])),
    ];
  }
}

export class Run {
  constructor(layout, id) {
    this.layout = layout;
    this.id = id;
    this.frames = [];
  }

  /** Append what a chunk adds; frames already here are skipped, a gap is refused. Events are added up on the way. */
  append(from, bytes) {
    const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const size = this.layout.length * 4;
    for (let k = 0; k * size < copy.byteLength; k += 1) {
      if (from + k !== this.frames.length) continue;
      const frame = new Float32Array(copy, k * size, this.layout.length);
      const before = this.frames.at(-1);
      if (before) for (const [first, end] of this.layout.summed) for (let i = first; i < end; i += 1) frame[i] += before[i];
      this.frames.push(frame);
    }
  }

  frame(k) {
    return this.frames[Math.max(0, Math.min(k, this.frames.length - 1))];
  }

  /** One city measure of quarter `k`, (places,). */
  city(name, k) {
    const m = this.layout.cityMeasures.indexOf(name);
    return this.frame(k).subarray(m * this.layout.places, (m + 1) * this.layout.places);
  }

  cityValue(name, place, k) {
    return this.frame(k)[this.layout.cityMeasures.indexOf(name) * this.layout.places + place];
  }

  nationValue(name, k) {
    return this.frame(k)[this.layout.nationAt + this.layout.nationMeasures.indexOf(name)];
  }

  regionValue(name, region, k) {
    return this.frame(k)[this.layout.regionsAt + this.layout.regionMeasures.indexOf(name) * this.layout.regions + region];
  }

  /** Between two quarters, into `into`; only for drawing. */
  cityBetween(name, t, into) {
    const k = Math.floor(t);
    const [a, f] = [this.city(name, k), t - k];
    if (f < 1e-6 || k + 1 >= this.frames.length) into.set(a);
    else {
      const b = this.city(name, k + 1);
      for (let i = 0; i < into.length; i += 1) into[i] = a[i] + (b[i] - a[i]) * f;
    }
    return into;
  }

  /** Largest flows of a factor: origins and destinations alternate in `ends`; amounts fall; zeros fill the rest. */
  flows(factor, k) {
    const { flowsAt, flowLength, factors, arcs } = this.layout;
    const frame = this.frame(k);
    const at = flowsAt + factors.indexOf(factor) * flowLength;
    const ends = new Uint16Array(frame.buffer, frame.byteOffset + (at + 2) * 4, 2 * arcs);
    const amounts = frame.subarray(at + 2 + arcs, at + flowLength);
    let shown = amounts.length;
    while (shown > 0 && !(amounts[shown - 1] > 0)) shown -= 1;
    return { total: frame[at], number: frame[at + 1], ends, amounts, shown };
  }

  /** Consortia of quarter `k`: how many tried to leave their track, and those kept, the ones that opened a track first. */
  consortia(k) {
    const { consortiaAt: at, consortia, partners } = this.layout;
    const frame = this.frame(k);
    const width = 3 + partners;
    const list = [];
    for (let n = 0; n < Math.min(frame[at], consortia); n += 1) {
      const [city, sector, opened, ...others] = frame.subarray(at + 1 + n * width, at + 1 + (n + 1) * width);
      list.push({ quarter: k, city, sector, opened: opened === 1, partners: others.filter((place) => place >= 0) });
    }
    return { attempts: frame[at], list };
  }

  /** Breakthroughs up to quarter `k`, the earliest first. */
  breakthroughs(k) {
    this.opened ??= [];
    for (let q = this.opened.length; q < this.frames.length; q += 1) this.opened.push(this.consortia(q).list.filter(({ opened }) => opened));
    return this.opened.slice(0, k + 1).flat();
  }
}
