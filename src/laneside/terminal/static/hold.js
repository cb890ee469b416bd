// Giving up and releasing want a held button, so that no stray tap does it. Without scripts it is a plain button.

const HOLD_MS = 900;

class HoldButton extends HTMLElement {
  #timer = 0;
  #held = false;

  connectedCallback() {
    this.addEventListener("click", this.#click, true);
    this.addEventListener("pointerdown", this.#down);
    this.addEventListener("keydown", this.#key);
    for (const name of ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"]) {
      this.addEventListener(name, this.#up);
    }
    this.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  get #button() {
    return this.querySelector("button");
  }

  #click = (event) => {
    if (this.#held) {
      this.#held = false;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  #down = () => this.#begin();

  #key = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (!event.repeat) this.#begin();
  };

  #begin() {
    clearTimeout(this.#timer);
    this.#button.classList.add("holding");
    this.#timer = setTimeout(() => {
      this.#held = true;
      this.#up();
      this.#button.click();
    }, HOLD_MS);
  }

  #up = () => {
    clearTimeout(this.#timer);
    this.#button?.classList.remove("holding");
  };
}

customElements.define("hold-button", HoldButton);
