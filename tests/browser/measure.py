"""What the page costs, measured: `python tests/browser/measure.py [SCENARIO]`, on a quiet machine.

Command to page runs from the start of the process to the first painted quarter of the first visit. First paint is the
time from navigation to the first painted quarter, on a server that has served before. Painted frames a second are the
stage's own paints over five seconds of playing a computed run at eight quarters a second, 600 arcs drawn. Scrub latency
runs from the slider's input event to the paint of its quarter. Lever to first frame runs from a lever's last input
event to the arrival of the first quarter that differs, the pause of 220 ms included. Memory is the proportional set
size of server and workers with five visitors' runs done, less that with one, over four.
"""

import os
import statistics
import sys
import time
from itertools import pairwise
from pathlib import Path

from conftest import CHROMIUM, FLAGS, Visitor, start, stop
from playwright.sync_api import sync_playwright

SCRUB = """async () => {
  const times = [];
  const input = document.querySelector('.nq-scrub input');
  for (let i = 0; i < 40; i += 1) {
    const [k, before] = [(i * 17) % nqpf.stage.inspect().a.computed, performance.now()];
    input.value = k;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((done) => {
      const look = () => {
        const { paints, quarter } = nqpf.stage.inspect();
        if (quarter === k && paints.at(-1) > before - 20) done();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    times.push(performance.now() - before);
  }
  return times;
}"""


def memory(process):
    """Megabytes of a process and its children."""
    tree = [process.pid]
    for pid in tree:
        tree += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    lines = [line for pid in tree for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def crowd(browser, url, process):
    """Megabytes that a visitor adds, whose baseline is done."""
    visitors, used = [], []
    for seed in range(5):
        visitors.append(Visitor(browser, url).open(f"?seed={seed + 50}"))
        visitors[-1].wait("state.state === 'done'")
        used.append(memory(process))
    for visitor in visitors:
        visitor.context.close()
    return (used[-1] - used[0]) / (len(used) - 1), used[0]


def main():
    """Print the figures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        began = time.perf_counter()
        process, url = start(*sys.argv[1:2])
        first = Visitor(browser, url).open()
        cold = time.perf_counter() - began
        first.context.close()
        firsts = []
        for _ in range(5):
            time.sleep(3)
            visitor = Visitor(browser, url).open()
            firsts.append(visitor.page.evaluate("nqpf.stage.inspect().firstPaint"))
            if len(firsts) < 5:
                visitor.context.close()
        visitor.wait("state.state === 'done'")
        visitor.page.locator("[data-flow=goods]").click()
        visitor.page.locator(".nq-speed select").select_option("8")
        visitor.page.keyboard.press("Home")
        visitor.page.locator("body").click(position={"x": 5, "y": 5})
        visitor.page.evaluate("nqpf.stage.player.play(true)")
        time.sleep(5)
        state = visitor.state()
        paints = [t for t in state["paints"] if t > state["paints"][-1] - 5000]
        fps = (len(paints) - 1) / (paints[-1] - paints[0]) * 1000
        gaps = sorted(b - a for a, b in pairwise(paints))
        visitor.page.evaluate("nqpf.stage.player.play(false)")
        arcs = sum(shown for _, shown, *_ in visitor.state()["arcs"])
        scrubs = visitor.page.evaluate(SCRUB)
        levers = []
        for value in (0.3, 0.5, 0.7):
            visitor.page.evaluate("nqpf.stage.player.seek(18)")
            before = time.perf_counter()
            visitor.pull("hukou_easing.labour", value)
            visitor.wait(f"state.b?.computed > 19 && state.forks.at(-1)?.value === {value}")
            levers.append(time.perf_counter() - before)
            visitor.page.locator(".nq-clear").click()
            visitor.wait("state.b === null")
        visitor.shoot("measured")
        visitor.context.close()
        added, one = crowd(browser, url, process)
        slow = gaps[-max(len(gaps) // 100, 1)]
        figures = {
            "load at the end": f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors",
            "command to page": f"{cold:.1f} s",
            "first paint, warm server": f"{', '.join(f'{t / 1000:.2f}' for t in firsts)} s",
            "painted while playing": f"{fps:.0f} a second with {arcs} arcs; slowest 1 % of gaps {slow:.0f} ms",
            "scrub": f"median {statistics.median(scrubs):.0f} ms, worst {max(scrubs):.0f} ms",
            "lever to first frame": f"{', '.join(f'{t:.2f}' for t in levers)} s",
            "bytes a frame": str(state["frameBytes"]),
            "memory a visitor": f"{added:.0f} MB; server and workers with one visitor {one:.0f} MB",
        }
        for name, figure in figures.items():
            sys.stdout.write(f"{name:26}{figure}\n")
        browser.close()
    stop(process)


if __name__ == "__main__":
    main()
