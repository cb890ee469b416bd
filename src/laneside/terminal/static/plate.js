// The plate keyboard: provinces, letters and digits, special characters, and the colours as its closing rows.
// The field itself stays a plain input with radio buttons; without scripts those are used.

export const PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新";
const DIGITS = "1234567890";
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const EIGHTH = "ABCDEFGHJK";
const SPECIAL = ["学", "警", "挂", "领", "使", "港", "澳", "应急", "WJ", "试", "超", "外"];
const MAIN_COLOURS = ["0", "1", "4", "5", "3", "2", "6"];
const FULL = 7;
const CELLS = 8;
const LENGTH_MAX = 10;
const LAST_WORDS = ["beforeunload", "pagehide"];
const SETTLE_MS = 450;

const element = (tag, classes, text = "") => {
  const made = document.createElement(tag);
  made.className = classes;
  made.textContent = text;
  if (tag === "button") made.type = "button";
  return made;
};

class PlateField extends HTMLElement {
  static observedAttributes = ["data-ask", "data-plate", "data-colour"];
  #cells;
  #turn;
  #keyboard;
  #page = "";
  #at = 0;
  #draftSent = "";
  #sending = false;

  connectedCallback() {
    if (!this.#cells) this.#build();
    document.addEventListener("pointerdown", this.#outside, true);
    for (const name of LAST_WORDS) addEventListener(name, this.#flush);
    if (this.hasAttribute("data-ask")) this.#ask();
  }

  disconnectedCallback() {
    this.close();
    document.removeEventListener("pointerdown", this.#outside, true);
    for (const name of LAST_WORDS) removeEventListener(name, this.#flush);
  }

  attributeChangedCallback(name, before, after) {
    if (!this.#cells) return;
    if (name !== "data-ask") this.#adopt();
    else if (before === null && after !== null) this.#ask();
  }

  // Another tab, 与卡签一致, or the plate read in the photo changed what the server keeps: show that, unless something newer is being typed here.
  #adopt() {
    const { plate, colour } = this.dataset;
    if (!this.#keyboard.hidden || this.#sending || this.#draftText() !== this.#draftSent) return;
    this.#input.value = plate;
    for (const radio of this.querySelectorAll("input[name=colour]")) radio.checked = radio.value === colour;
    this.#draftSent = this.#draftText();
    this.#draw();
  }

  get #input() {
    return this.querySelector("input[name=plate]");
  }

  get #colour() {
    return this.querySelector("input[name=colour]:checked")?.value ?? "";
  }

  get #colours() {
    return this.dataset.colours.split(";").filter(Boolean).map((pair) => pair.split(":"));
  }

  #build() {
    const row = element("div", "boxes");
    this.#cells = element("button", "cells");
    this.#cells.setAttribute("aria-label", this.dataset.open);
    this.#cells.addEventListener("click", (event) => this.#touched(event));
    this.#turn = element("button", "btn turn");
    this.#turn.addEventListener("click", () => this.#turnPage());
    row.append(this.#cells, this.#turn);
    this.#keyboard = element("div", "keyboard");
    this.#keyboard.setAttribute("role", "group");
    this.#keyboard.hidden = true;
    this.#keyboard.addEventListener("click", (event) => this.#pressed(event.target.closest(".key")));
    for (const touched of [row, this.#keyboard]) touched.addEventListener("mousedown", (event) => event.preventDefault());
    this.append(row, this.#keyboard);
    this.#input.inputMode = "none";
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("keydown", (event) => this.#hardware(event));
    this.#at = this.#input.value.length;
    this.#draftSent = this.#draftText();
    this.#draw();
  }

  open() {
    this.#at = this.#input.value.length;
    this.#page = "";
    this.#keyboard.hidden = false;
    document.documentElement.classList.add("typing");
    this.#input.focus({ preventScroll: true });
    this.#draw();
  }

  // It comes up by itself where the shutter was: the second tap of a double tap must not type.
  #ask() {
    this.open();
    this.#keyboard.ariaDisabled = "true";
    setTimeout(() => (this.#keyboard.ariaDisabled = null), SETTLE_MS);
  }

  close() {
    if (this.#keyboard.hidden) return;
    this.#keyboard.hidden = true;
    document.documentElement.classList.remove("typing");
    this.#input.blur();
    this.#draw();
    this.#adopt();
  }

  #touched(event) {
    const index = [...this.#cells.children].indexOf(event.target.closest(".cell"));
    if (this.#keyboard.hidden) {
      this.open();
      return;
    }
    if (index >= 0) this.#at = Math.min(index, this.#input.value.length);
    this.#page = "";
    this.#draw();
  }

  #outside = (event) => {
    if (this.#keyboard.hidden || this.contains(event.target)) return;
    this.close();
  };

  #hardware(event) {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }

  #typed() {
    this.#input.value = this.#input.value.toUpperCase().replace(/\s/g, "").slice(0, LENGTH_MAX);
    this.#at = this.#input.value.length;
    this.#changed();
  }

  #pressed(key) {
    if (!key || key.classList.contains("gap") || this.#keyboard.ariaDisabled) return;
    if (key.dataset.colour !== undefined) return this.#choose(key.dataset.colour);
    if (key.dataset.act === "delete") return this.#delete();
    return this.#put(key.textContent);
  }

  #put(text) {
    const value = this.#input.value;
    this.#input.value = (value.slice(0, this.#at) + text + value.slice(this.#at + text.length)).slice(0, LENGTH_MAX);
    this.#at = Math.min(this.#at + text.length, this.#input.value.length);
    this.#page = "";
    this.#changed();
  }

  #delete() {
    const value = this.#input.value;
    if (this.#at > 0) this.#input.value = value.slice(0, this.#at - 1) + value.slice(this.#at);
    this.#at = Math.max(0, this.#at - 1);
    this.#page = "";
    this.#changed();
  }

  #choose(code) {
    const radio = this.querySelector(`input[name=colour][value="${code}"]`);
    if (radio) radio.checked = true;
    this.close();
    this.#changed();
  }

  #changed() {
    this.#draw();
    if (!this.#sending) this.#send();
  }

  #draftText() {
    return new URLSearchParams({ plate: this.#input.value, colour: this.#colour }).toString();
  }

  // Kept on the server with every key, one request after the other, so that a reload or a dead battery loses nothing.
  async #send() {
    this.#sending = true;
    while (this.#draftText() !== this.#draftSent) {
      const text = this.#draftText();
      if (!(await this.#post(text))) break;
      this.#draftSent = text;
    }
    this.#sending = false;
    if (this.#keyboard.hidden) document.getElementById("pulse")?.dispatchEvent(new Event("refresh"));
  }

  async #post(text) {
    const headers = { "X-CSRF-Token": this.dataset.csrf, Accept: "application/json" };
    const body = new URLSearchParams(text);
    body.set("passage", this.dataset.passage);
    try {
      return (await fetch(this.dataset.draft, { method: "POST", headers, body, keepalive: true })).ok;
    } catch {
      return false;
    }
  }

  #flush = () => {
    if (this.#draftText() !== this.#draftSent) this.#post(this.#draftText());
  };

  #pageNow() {
    if (this.#page) return this.#page;
    if (this.#at === 0) return "province";
    return this.#at >= FULL ? "closing" : "letters";
  }

  #turnPage() {
    if (this.#keyboard.hidden) return this.open();
    const next = { province: "letters", letters: "special", special: "letters", closing: "letters" };
    this.#page = next[this.#pageNow()];
    return this.#draw();
  }

  #draw() {
    const open = !this.#keyboard.hidden;
    const value = this.#input.value;
    this.#cells.className = `cells hue-${this.#colour === "" ? "x" : this.#colour}`;
    this.#cells.replaceChildren(...(value || open ? this.#drawnCells(value, open) : [element("span", "hint", this.dataset.hint)]));
    const turns = { province: "ABC", letters: "字", special: "ABC", closing: "ABC" };
    this.#turn.textContent = open ? turns[this.#pageNow()] : this.dataset.board;
    this.#turn.setAttribute("aria-label", this.dataset.open);
    if (open) this.#keyboard.replaceChildren(...this.#keys());
  }

  #drawnCells(value, open) {
    return Array.from({ length: Math.max(CELLS, value.length) }, (_, index) => {
      const extra = index >= FULL ? " extra" : "";
      return element("span", `cell${extra}${open && index === this.#at ? " at" : ""}`, value[index] ?? "");
    });
  }

  #keys() {
    switch (this.#pageNow()) {
      case "province":
        return [...this.#plain(PROVINCES + "使"), this.#key("WJ", "word"), ...this.#gaps(1), this.#deleteKey()];
      case "letters":
        return [...this.#plain(DIGITS, "digit"), ...this.#plain(LETTERS), this.#deleteKey()];
      case "special":
        return [...SPECIAL.map((text) => this.#key(text, text.length > 1 ? "word" : "")), ...this.#gaps(2), ...this.#hues()];
      default:
        return [...this.#plain(DIGITS, "digit"), ...this.#plain(EIGHTH), ...this.#gaps(1), ...this.#hues()];
    }
  }

  #plain(characters, kind = "") {
    return [...characters].map((character) => this.#key(character, character === this.dataset.home ? "home" : kind));
  }

  #key(text, kind = "") {
    return element("button", `key ${kind}`.trim(), text);
  }

  #gaps(count) {
    return Array.from({ length: count }, () => element("span", "key gap"));
  }

  #deleteKey() {
    const key = this.#key(this.dataset.delete, "act");
    key.dataset.act = "delete";
    return key;
  }

  #hues() {
    const names = new Map(this.#colours);
    const rare = [...names.keys()].filter((code) => !MAIN_COLOURS.includes(code));
    const first = rare.map((code, index) => this.#hue(code, names.get(code), index % 3 === 0 ? " wide" : ""));
    return [...first, this.#deleteKey(), ...MAIN_COLOURS.map((code) => this.#hue(code, names.get(code)))];
  }

  #hue(code, name, more = "") {
    const key = this.#key(name, `hue hue-${code}${more}${code === this.#colour ? " chosen" : ""}`);
    key.dataset.colour = code;
    return key;
  }
}

customElements.define("plate-field", PlateField);
