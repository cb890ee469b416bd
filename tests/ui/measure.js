// Measure what a person sees: touch targets, contrast against the effective ground, clipping, sideways scrolling.
() => {
  const faults = [];
  const seen = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.display === "none" || style.visibility === "hidden" || at.hidden) return false;
      if (style.clipPath !== "none" && at.offsetWidth <= 1) return false;
    }
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1;
  };
  const name = (element) => `<${element.tagName.toLowerCase()} class="${element.className}"> “${element.textContent.trim().slice(0, 24)}”`;

  const TARGETS = "a[href], button, summary, input:not([type=hidden]), select, textarea, label:has(input)";
  for (const target of document.querySelectorAll(TARGETS)) {
    if (!seen(target) || (target.matches("input") && target.closest("label"))) continue;
    const box = target.getBoundingClientRect();
    const [width, height] = target.matches(".key") ? [48, 56] : [64, 64];
    if (box.width < width - 0.5 || box.height < height - 0.5) faults.push(`small ${box.width}×${box.height} ${name(target)}`);
    const inside = document.createRange();
    inside.selectNodeContents(target);
    for (const part of inside.getClientRects()) {
      if (part.width && (part.left < box.left - 1 || part.right > box.right + 1 || part.top < box.top - 1 || part.bottom > box.bottom + 1)) {
        faults.push(`spills ${name(target)}`);
        break;
      }
    }
  }

  const parse = (text) => {
    const [, r, g, b, a = "1"] = text.match(/rgba?\(([\d.]+),? ([\d.]+),? ([\d.]+)(?:[,/ ]+([\d.]+))?\)/) ?? [];
    return r === undefined ? null : [Number(r), Number(g), Number(b), Number(a)];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((part, index) => part * a + below[index] * (1 - a));
  const grounds = (element) => {
    const style = getComputedStyle(element);
    const colour = parse(style.backgroundColor);
    const stops = style.backgroundImage.includes("gradient") ? (style.backgroundImage.match(/rgba?\([^)]+\)/g) ?? []).map(parse) : [];
    const opaque = [...stops, ...(colour ? [colour] : [])].filter((one) => one[3] === 1);
    if (stops.length && opaque.length) return opaque.map((one) => one.slice(0, 3));
    const below = colour && colour[3] === 1 ? null : element.parentElement ? grounds(element.parentElement) : [[255, 255, 255]];
    if (!below) return [colour.slice(0, 3)];
    return colour ? below.map((one) => over(colour, one)) : below;
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const opacity = (element) => (element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1);

  const walker = document.createTreeWalker(document.querySelector(".device"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, style, video") || !seen(element)) continue;
    const ink = parse(getComputedStyle(element).color);
    if (opacity(element) < 1) faults.push(`faint ${name(element)}`);
    for (const ground of grounds(element)) {
      const ratio = contrast(over(ink, ground), ground);
      if (ratio < 7) faults.push(`contrast ${ratio.toFixed(2)} ${ink} on ${ground} ${name(element)}`);
    }
    const range = document.createRange();
    range.selectNode(node);
    const box = range.getBoundingClientRect();
    if (box.left < -0.5 || box.right > innerWidth + 0.5) faults.push(`beside the screen ${name(element)}`);
    for (let at = element; at && !at.matches(".body"); at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = at.getBoundingClientRect();
      if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.top < edge.top - 2 || box.bottom > edge.bottom + 2) {
        faults.push(`clipped ${name(element)} by ${name(at)}`);
        break;
      }
    }
  }

  for (const box of [document.scrollingElement, ...document.querySelectorAll(".device, .body, .top, .chips, .bar")]) {
    if (box.scrollWidth > box.clientWidth + 1) faults.push(`sideways ${box.scrollWidth} > ${box.clientWidth} ${name(box)}`);
  }
  const heights = { ".top": 40, ".chips": 28, ".bar": 80 };
  for (const [selector, height] of Object.entries(heights)) {
    const box = document.querySelector(selector)?.getBoundingClientRect();
    if (box && Math.abs(box.height - height) > 0.5) faults.push(`${selector} is ${box.height} high`);
  }
  const keyboard = document.querySelector(".keyboard");
  if (keyboard && seen(keyboard) && keyboard.getBoundingClientRect().top < innerHeight / 2) faults.push("keyboard above the middle");
  return [...new Set(faults)];
}
