// What has been computed, as it arrives: append-only frames of 32-bit floats. Going back only reads.

/** Where everything lies in a frame; the counterpart of `frames.py`. */
export class Layout {
  constructor({ places, cityMeasures, nationMeasures, regions, regionMeasures, factors, arcs }) {
    Object.assign(this, { places, cityMeasures, nationMeasures, regions, regionMeasures, factors, arcs });
    this.nationAt = cityMeasures.length * places;
    this.regionsAt = this.nationAt + nationMeasures.length;
    this.flowsAt = this.regionsAt + regionMeasures.length * regions;
    this.flowLength = 2 + 2 * arcs; // total, number, ends (two 16-bit numbers each), amounts
    this.length = this.flowsAt + factors.length * this.flowLength;
  }
}

export class Run {
  constructor(layout, id) {
    this.layout = layout;
    this.id = id;
    this.frames = [];
  }

  /** Append what a chunk adds; frames already here are skipped, a gap is refused. */
  append(from, bytes) {
    const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const size = this.layout.length * 4;
    for (let k = 0; k * size < copy.byteLength; k += 1) {
      if (from + k !== this.frames.length) continue;
      this.frames.push(new Float32Array(copy, k * size, this.layout.length));
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
}
