"""What the page costs, measured: `python tests/browser/measure.py [SCENARIO]`, on a quiet machine.

First paint is the time from navigation to the first painted quarter, on a server that has served before. Painted frames
a second are the stage's own paints over five seconds of playing a computed run at eight quarters a second, 600 arcs
drawn. Scrub latency runs from the slider's input event to the paint of its quarter. Lever to first frame runs from a
lever's last input event to the arrival of the first quarter that differs, the pause of 220 ms included.
"""

import statistics
import sys
import time
from itertools import pairwise

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


def main():
    """Print the figures."""
    process, url = start(*sys.argv[1:2])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        Visitor(browser, url).open().context.close()
        firsts = []
        for _ in range(3):
            visitor = Visitor(browser, url).open()
            firsts.append(visitor.page.evaluate("nqpf.stage.inspect().firstPaint"))
            if len(firsts) < 3:
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
        arcs = sum(shown for _, shown, _ in visitor.state()["arcs"])
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
        slow = gaps[-max(len(gaps) // 100, 1)]
        figures = {
            "first paint, warm server": f"{', '.join(f'{t / 1000:.2f}' for t in firsts)} s",
            "painted while playing": f"{fps:.0f} a second with {arcs} arcs; slowest 1 % of gaps {slow:.0f} ms",
            "scrub": f"median {statistics.median(scrubs):.0f} ms, worst {max(scrubs):.0f} ms",
            "lever to first frame": f"{', '.join(f'{t:.2f}' for t in levers)} s",
            "bytes a frame": str(state["frameBytes"]),
        }
        for name, figure in figures.items():
            sys.stdout.write(f"{name:26}{figure}\n")
        visitor.shoot("measured")
        browser.close()
    stop(process)


if __name__ == "__main__":
    main()
