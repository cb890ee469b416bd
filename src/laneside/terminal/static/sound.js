// One tone figure per state, made on the spot. Each is also written on the page, in words.

const FIGURES = {
  passed: [[660, 0, 0.09], [880, 0.09, 0.12]],
  fee: [[1320, 0, 0.14]],
  trouble: [[300, 0, 0.16], [300, 0.24, 0.16]],
  stopped: [[620, 0, 0.13], [470, 0.15, 0.13], [330, 0.3, 0.26]],
  refused: [[620, 0, 0.13], [470, 0.15, 0.13], [330, 0.3, 0.26]],
  debited: [[988, 0, 0.12], [1319, 0.14, 0.3]],
  "not-debited": [[220, 0, 0.7]],
  unknown: [[740, 0, 0.16], [415, 0.18, 0.16], [740, 0.36, 0.16], [415, 0.54, 0.22]],
  ended: [[520, 0, 0.1]],
  ask: [[420, 0, 0.05], [420, 0.14, 0.05]],
  shutter: [[1800, 0, 0.02], [900, 0.05, 0.03]],
  delivered: [[1047, 0, 0.05]],
};
const LAST = "laneside-last-cue";

let context = null;

export function play(name) {
  const figure = FIGURES[name];
  if (!figure || !window.AudioContext) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
  for (const [hertz, start, length] of figure) tone(hertz, context.currentTime + 0.02 + start, length);
}

function tone(hertz, at, length) {
  const source = context.createOscillator();
  const volume = context.createGain();
  source.type = hertz < 400 ? "sawtooth" : "triangle";
  source.frequency.value = hertz;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.35, at + 0.008);
  volume.gain.setValueAtTime(0.35, at + length - 0.012);
  volume.gain.linearRampToValueAtTime(0, at + length);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + length + 0.01);
}

class SoundCue extends HTMLElement {
  static observedAttributes = ["data-key"];

  connectedCallback() {
    this.#sound();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#sound();
  }

  // A reload shows the same state again; it is not news and makes no sound.
  #sound() {
    const { key, name } = this.dataset;
    if (sessionStorage.getItem(LAST) === key) return;
    sessionStorage.setItem(LAST, key);
    play(name);
  }
}

class SyncBadge extends HTMLElement {
  static observedAttributes = ["data-unsent"];

  attributeChangedCallback(_name, before, after) {
    if (before !== null && Number(after) === 0 && Number(before) > 0) play("delivered");
  }
}

customElements.define("sound-cue", SoundCue);
customElements.define("sync-badge", SyncBadge);

document.addEventListener("laneside:sound", (event) => play(event.detail));
document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-play]")?.dataset.play;
  if (name) play(name);
});
