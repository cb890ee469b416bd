// Live help before the shutter: a frame for the plate, and one hint at a time on what would spoil its reading. It
// advises and never keeps anybody from shooting. Each measure is cheap: small copies of two and a half frames a second.

const EVERY_MS = 400;
const WIDTH = 320; // of the copy on which light and plate are looked at
const DARK = 36; // mean luminance below which characters drown in noise
const GLARE = 245;
const GLARE_SHARE_MAX = 0.25;
const MIDDLE = 0.7; // share of either side that counts as the middle
const PLATE_SHARE_MIN = 0.1; // of the picture's width: 128 px of the 1280 that are kept
const PLATE_SHARE_MAX = 0.5;
const PLATE_PX_MIN = 10;
const CHANGES_MIN = 6; // from ground to character and back, along the plate
const CHANGES_WORTH = 14; // seven characters; more is a grille
const PIECE_PX = 480; // wide piece at full resolution on which sharpness is looked at where no plate was found
const CONTRAST_MIN = 60; // variance of luminance below which nothing can be said of sharpness
const SHARPNESS_MIN = 0.012; // of a plate: variance of the second differences against that of the luminance
const SHARPNESS_MIN_ANYWHERE = 0.003; // of whatever stands in the middle: a smooth bonnet has little detail
const AGREE = 2; // measures in a row before a hint comes or goes

const canvas = (width, height) => {
  const made = document.createElement("canvas");
  Object.assign(made, { width, height });
  return made.getContext("2d", { willReadFrequently: true });
};

const copied = (source, [x, y, width, height], toWidth, toHeight) => {
  const context = canvas(toWidth, toHeight);
  context.drawImage(source, x, y, width, height, 0, 0, toWidth, toHeight);
  return context.getImageData(0, 0, toWidth, toHeight);
};

const luminance = ({ data }) => {
  const light = new Uint8Array(data.length / 4);
  for (let at = 0; at < light.length; at += 1) light[at] = (data[at * 4] * 77 + data[at * 4 + 1] * 150 + data[at * 4 + 2] * 29) >> 8;
  return light;
};

export function lightOf(light, width, height) {
  const [left, top] = [Math.round((width * (1 - MIDDLE)) / 2), Math.round((height * (1 - MIDDLE)) / 2)];
  let [sum, glare, count] = [0, 0, 0];
  for (let y = top; y < height - top; y += 1) {
    for (let x = left; x < width - left; x += 1) {
      const value = light[y * width + x];
      sum += value;
      glare += value >= GLARE;
      count += 1;
    }
  }
  return { mean: sum / count, glare: glare / count };
}

// Blue, yellow and green grounds; white and black plates have no colour to look for, and of them nothing is said.
const isGround = (red, green, blue) =>
  (blue > 60 && blue > red * 1.5 && blue > green * 1.2) ||
  (red > 110 && green > 70 && blue < green * 0.55 && red < green * 2) ||
  (green > 80 && green > red * 1.12 && green > blue * 1.05);

function components(mask, width) {
  const found = [];
  const waiting = [];
  for (let start = 0; start < mask.length; start += 1) {
    if (!mask[start]) continue;
    const one = { left: width, right: 0, top: mask.length, bottom: 0, area: 0 };
    mask[start] = 0;
    waiting.push(start);
    while (waiting.length) {
      const at = waiting.pop();
      const [x, y] = [at % width, Math.floor(at / width)];
      one.left = Math.min(one.left, x);
      one.right = Math.max(one.right, x);
      one.top = Math.min(one.top, y);
      one.bottom = Math.max(one.bottom, y);
      one.area += 1;
      for (const next of [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width]) {
        if (!mask[next]) continue;
        mask[next] = 0;
        waiting.push(next);
      }
    }
    found.push(one);
  }
  return found;
}

function changesAlong(light, width, { left, right, top, bottom }) {
  let most = 0;
  for (const share of [0.4, 0.5, 0.6]) {
    const row = Math.round(top + (bottom - top) * share) * width;
    let [low, high] = [255, 0];
    for (let x = left; x <= right; x += 1) {
      low = Math.min(low, light[row + x]);
      high = Math.max(high, light[row + x]);
    }
    const middle = (low + high) / 2;
    let changes = 0;
    for (let x = left + 1; x <= right; x += 1) changes += light[row + x] > middle !== light[row + x - 1] > middle;
    if (high - low > 40) most = Math.max(most, changes);
  }
  return most;
}

// The region of a plate's colour and shape with most characters in it, near the middle; null where none can be told.
export function plateIn({ data, width, height }, light) {
  const mask = new Uint8Array(width * height);
  for (let at = 0; at < mask.length; at += 1) mask[at] = isGround(data[at * 4], data[at * 4 + 1], data[at * 4 + 2]) ? 1 : 0;
  const plates = components(mask, width).map((one) => ({ ...one, worth: worthOf(one, light, width, height) }));
  return plates.filter(({ worth }) => worth > 0).sort((one, other) => other.worth - one.worth)[0] ?? null;
}

function worthOf(one, light, width, height) {
  const [across, down] = [one.right - one.left + 1, one.bottom - one.top + 1];
  const shaped = across > down * 1.8 && across < down * 7 && one.area > across * down * 0.35;
  if (!shaped || across < PLATE_PX_MIN || across > width * PLATE_SHARE_MAX) return 0;
  const changes = changesAlong(light, width, one);
  if (changes < CHANGES_MIN) return 0;
  const off = Math.hypot((one.left + one.right) / width - 1, (one.top + one.bottom) / height - 1) / Math.SQRT2;
  return Math.min(changes, CHANGES_WORTH) * (1 - off);
}

// How much finest detail there is beside the coarse, whatever the light: it falls with every pixel of blur. Across and
// down apart (a Laplacian in two halves), because a moving hand or vehicle blurs in one direction only.
export function sharpnessOf(light, width, height) {
  let [sum, squares, across, down, count] = [0, 0, 0, 0, 0];
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      across += (2 * light[at] - light[at - 1] - light[at + 1]) ** 2;
      down += (2 * light[at] - light[at - width] - light[at + width]) ** 2;
      sum += light[at];
      squares += light[at] * light[at];
      count += 1;
    }
  }
  const variance = squares / count - (sum / count) ** 2;
  return variance < CONTRAST_MIN ? null : Math.min(across, down) / count / variance;
}

// The plate itself where it was found, else the middle, at full resolution.
function detail(source, width, height, plate, scale) {
  const wide = Math.round(plate ? (plate.right - plate.left + 1) / scale : Math.min(PIECE_PX, width));
  const high = Math.min(height, Math.round(plate ? (plate.bottom - plate.top + 1) / scale : wide / 2.4));
  const [left, top] = plate ? [plate.left / scale, plate.top / scale] : [(width - wide) / 2, (height - high) / 2];
  return copied(source, [Math.round(left), Math.round(top), wide, high], wide, high);
}

export function measured([source, width, height]) {
  const scale = Math.min(1, WIDTH / width);
  const small = copied(source, [0, 0, width, height], Math.round(width * scale), Math.round(height * scale));
  const light = luminance(small);
  const plate = plateIn(small, light);
  const piece = detail(source, width, height, plate, scale);
  return {
    ...lightOf(light, small.width, small.height),
    plateShare: plate && (plate.right - plate.left + 1) / small.width,
    sharpness: sharpnessOf(luminance(piece), piece.width, piece.height),
  };
}

// The most pressing fault, or an empty text.
export function faultOf({ mean, glare, plateShare, sharpness }) {
  if (mean < DARK) return "dark";
  if (glare > GLARE_SHARE_MAX) return "glare";
  const wanted = plateShare === null ? SHARPNESS_MIN_ANYWHERE : SHARPNESS_MIN;
  if (sharpness !== null && sharpness < wanted) return "blurred";
  return plateShare !== null && plateShare < PLATE_SHARE_MIN ? "small" : "";
}

class LaneFraming extends HTMLElement {
  #timer = 0;
  #seen = "";
  #times = 0;

  connectedCallback() {
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #look() {
    const source = this.closest("lane-camera")?.source;
    this.hidden = !source;
    if (!source || document.hidden) return;
    const fault = faultOf(measured(source));
    this.#times = fault === this.#seen ? this.#times + 1 : 1;
    this.#seen = fault;
    if (this.#times === AGREE) this.#say(fault);
  }

  #say(fault) {
    const hint = this.querySelector(".hint");
    this.dataset.fault = fault;
    hint.hidden = !fault;
    hint.querySelector("span").textContent = fault ? this.dataset[fault] : "";
  }
}

customElements.define("lane-framing", LaneFraming);
