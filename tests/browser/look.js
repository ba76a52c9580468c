// How a page looks to somebody who uses it. Each function gives the faults it finds, in words; none means well.
(() => {
  const LEAST = 24; // CSS pixels: WCAG 2.5.8
  const TARGETS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const BOXED = ".btn, .nav a, .brand, .tel, button, input, select, textarea, summary";

  const named = (e) => {
    const words = (e.textContent || e.name || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `${e.localName}${e.id && "#" + e.id} “${words}”`;
  };
  const ancestors = function* (e) {
    for (; e instanceof Element; e = e.parentElement) yield e;
  };
  // For readers of screens alone: cut away to nothing, or above the page until it has the focus.
  const cutAway = (e) =>
    [...ancestors(e)].some((each) => getComputedStyle(each).clipPath === "inset(50%)") ||
    e.getBoundingClientRect().bottom + scrollY <= 0;
  const rendered = (e) => e.checkVisibility({ visibilityProperty: true });
  const seen = (e) => rendered(e) && !cutAway(e);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const block = (e) => [...ancestors(e)].find((each) => !getComputedStyle(each).display.startsWith("inline"));

  const openAll = () => all("details").forEach((each) => (each.open = true));

  const headings = () => {
    const found = all("h1, h2, h3, h4, h5, h6").filter(rendered);
    const faults = found.filter((each) => !each.textContent.trim()).map((each) => `${named(each)} is empty`);
    const ones = found.filter((each) => each.localName === "h1").length;
    if (ones !== 1) faults.push(`${ones} h1`);
    let before = found[0]?.closest("[role=alert]") ? 1 : 0; // the summary of errors stands before the h1
    for (const each of found) {
      const level = Number(each.localName[1]);
      if (level > before + 1) faults.push(`${named(each)} follows a heading of level ${before}`);
      before = level;
    }
    return faults;
  };

  const errorSummary = () => {
    const faults = [];
    const summary = document.querySelector(".errors");
    if (!document.title.startsWith("Error: ")) faults.push(`the title is “${document.title}”`);
    if (summary?.getAttribute("role") !== "alert") faults.push("there is no alert");
    else if (document.activeElement !== summary) faults.push("the summary has not the focus");
    const fields = [...(summary?.querySelectorAll("a") ?? [])].map((a) => document.querySelector(a.hash));
    if (!fields.length || fields.includes(null)) faults.push("the summary does not lead to the fields");
    for (const field of fields.filter((each) => each?.matches("[aria-invalid]"))) {
      const said = (field.getAttribute("aria-describedby") ?? "").split(" ");
      const words = said.map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
      if (!words.includes("Error:")) faults.push(`${named(field)} does not say what is wrong`);
    }
    return faults;
  };

  // WCAG 2.5.8 with its exceptions: within a sentence, far from others, or the same link stands elsewhere.
  const targets = () => {
    const found = all(TARGETS).filter(seen).map((e) => {
      const box = (e.matches("label input") ? e.closest("label") : e).getBoundingClientRect();
      return { e, box, x: box.x + box.width / 2, y: box.y + box.height / 2 };
    });
    const small = ({ box }) => Math.min(box.width, box.height) < LEAST - 0.01;
    const inSentence = ({ e }) =>
      getComputedStyle(e).display === "inline" &&
      [...block(e).childNodes].some((each) => !each.contains(e) && !(each instanceof Element && each.matches(TARGETS)) && /\w/.test(each.textContent));
    const near = (one, other) => {
      if (one === other || one.e.contains(other.e) || other.e.contains(one.e)) return false;
      const across = Math.max(other.box.left - one.x, one.x - other.box.right, 0);
      const down = Math.max(other.box.top - one.y, one.y - other.box.bottom, 0);
      const between = small(other) ? Math.hypot(one.x - other.x, one.y - other.y) / 2 : Infinity;
      return Math.min(Math.hypot(across, down), between) < LEAST / 2 - 0.01;
    };
    const elsewhere = (one) =>
      one.e.closest("svg") && found.some((each) => each.e !== one.e && each.e.getAttribute("href") === one.e.getAttribute("href") && !small(each));
    return found
      .filter((one) => small(one) && (one.e.matches(BOXED) || (!inSentence(one) && found.some((each) => near(one, each)) && !elsewhere(one))))
      .map(({ e, box }) => `${named(e)} is ${box.width.toFixed(1)} × ${box.height.toFixed(1)}`);
  };

  const lines = () => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
      const parent = node.parentElement;
      if (!node.data.trim() || parent.closest("svg, script, template, option, textarea") || !seen(parent)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) if (box.width > 1) found.push({ parent, box, block: block(parent) });
    }
    return found;
  };

  // Sideways scrolling, words beyond the window or their box, words cut off, words upon words.
  const fits = () => {
    const faults = [];
    const width = document.documentElement.clientWidth;
    const wide = document.documentElement.scrollWidth;
    if (wide > width) faults.push(`scrolls sideways: ${wide} in ${width}`);
    for (const e of all("body *").filter((each) => !each.closest("svg, select, input") && seen(each))) {
      const { overflowX, overflowY } = getComputedStyle(e);
      const cut = (how, whole, part) => ["hidden", "clip"].includes(how) && whole > part + 1;
      if (cut(overflowX, e.scrollWidth, e.clientWidth) || cut(overflowY, e.scrollHeight, e.clientHeight)) faults.push(`${named(e)} is cut off`);
    }
    const found = lines();
    for (const { parent, box } of found) {
      if ([...ancestors(parent)].some((each) => getComputedStyle(each).overflowX === "auto")) continue;
      if (box.left < -1 || box.right > width + 1) faults.push(`${named(parent)} is beyond the window`);
      const outer = [...ancestors(parent)].find((each) => each.matches(".btn, .panel, .note, .errors, th, td, .sheet"))?.getBoundingClientRect();
      if (outer && (box.right > outer.right + 1 || box.left < outer.left - 1)) faults.push(`${named(parent)} sticks out of its box`);
    }
    found.sort((one, other) => one.box.top - other.box.top);
    found.forEach((one, place) => {
      for (let next = place + 1; next < found.length && found[next].box.top < one.box.bottom; next++) {
        const other = found[next];
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - other.box.top;
        const low = Math.min(one.box.height, other.box.height);
        if (one.block !== other.block && across > 2 && down > low / 3) faults.push(`${named(one.parent)} and ${named(other.parent)} overlap`);
      }
    });
    return [...new Set(faults)];
  };

  // Everything that Tab should come to, as the page stands: a group of radio buttons is one.
  const stop = (name) => document.querySelector(`[name=${name}]:checked`) ?? document.querySelector(`[name=${name}]`);
  const tabbable = () =>
    all(TARGETS).filter((e) => rendered(e) && !e.disabled && e.tabIndex >= 0 && (e.type !== "radio" || e === stop(e.name)));
  const look = (e) => {
    const parts = [e, ...e.querySelectorAll("use")].map((each) => getComputedStyle(each));
    return parts.map((s) => [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join(" ")).join(", ");
  };
  let waiting, looks;
  const startTabbing = () => {
    document.activeElement.blur();
    waiting = new Set(tabbable());
    looks = new Map([...waiting].map((e) => [e, look(e)]));
    return waiting.size;
  };
  const tabbed = () => {
    const e = document.activeElement;
    if (!waiting.delete(e)) return [];
    const faults = [];
    const now = look(e);
    if (now === looks.get(e) || !/(solid|dashed|double|auto) ([2-9]|\d\d)/.test(now)) faults.push(`${named(e)} does not show the focus`);
    const boxes = [...(e.querySelector("use") ?? e).getClientRects()].filter((box) => box.width && box.height);
    const bare = boxes.some((box) => {
      const middle = (from, to, most) => (Math.max(from, 0) + Math.min(to, most)) / 2;
      const top = document.elementFromPoint(middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight));
      return top && (e.contains(top) || top.contains(e));
    });
    if (!bare) faults.push(`${named(e)} has the focus out of sight`);
    return faults;
  };
  const neverReached = () => [...waiting].map((e) => `${named(e)} is never reached`);

  window.look = { openAll, headings, errorSummary, targets, fits, startTabbing, tabbed, neverReached };
})();
