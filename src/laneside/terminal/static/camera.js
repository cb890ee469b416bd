// The live camera with its shutter. In the demo, a device without a camera sees the roadside's drawn picture.
// A file picked from elsewhere goes the same way but is marked as not taken on the spot.

const QUALITY = 0.9;
const SIDE_MAX = 1920;
const DRAWN_MS = 1000;

const element = (tag, classes, text = "") => {
  const made = document.createElement(tag);
  made.className = classes;
  made.textContent = text;
  if (tag === "button") made.type = "button";
  return made;
};

class LaneCamera extends HTMLElement {
  #stream = null;
  #video;
  #drawn;
  #mark;
  #says;
  #drawnTimer = 0;
  #busy = false;
  #built = false;

  connectedCallback() {
    if (!this.#built) this.#build();
    this.#start();
  }

  disconnectedCallback() {
    this.#stopCamera();
    clearInterval(this.#drawnTimer);
  }

  get #file() {
    return this.querySelector("input[type=file]");
  }

  #build() {
    this.#built = true;
    this.#video = element("video", "");
    Object.assign(this.#video, { muted: true, playsInline: true, autoplay: true });
    this.#drawn = element("img", "");
    this.#drawn.alt = this.dataset.drawn;
    this.#drawn.hidden = true;
    this.#says = element("p", "says", this.dataset.starting);
    this.#mark = element("p", "mark-source");
    this.#mark.hidden = true;
    this.append(this.#video, this.#drawn, this.#says, this.#mark, this.#tools());
    this.#file.addEventListener("change", () => this.#send(false));
  }

  #tools() {
    const tools = element("div", "tools");
    const pick = element("button", "btn", this.dataset.file);
    pick.addEventListener("click", () => this.#file.click());
    tools.append(pick);
    if (this.dataset.demo) {
      const turn = element("button", "btn", this.dataset.switch);
      turn.addEventListener("click", () => (this.#drawn.hidden ? this.#startDrawn() : this.#startCamera()));
      tools.append(turn);
    }
    return tools;
  }

  async #start() {
    if (await this.#startCamera()) return;
    if (this.dataset.demo) this.#startDrawn();
    else this.#says.textContent = this.dataset.missing;
  }

  async #startCamera() {
    clearInterval(this.#drawnTimer);
    const wanted = { video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 960 } } };
    try {
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      if (!this.isConnected) {
        for (const track of stream.getTracks()) track.stop();
        return true;
      }
      this.#stream = stream;
      this.#video.srcObject = stream;
      await this.#video.play();
    } catch {
      return false;
    }
    this.#show(this.#video, this.dataset.live);
    return true;
  }

  #startDrawn() {
    this.#stopCamera();
    const fetchNext = () => {
      if (!document.hidden) this.#drawn.src = `${this.dataset.demo}?at=${Date.now()}`;
    };
    this.#drawn.onload = () => this.#show(this.#drawn, this.dataset.drawn);
    this.#drawn.onerror = () => {
      this.#drawn.hidden = true;
      this.#says.textContent = this.dataset.missing;
      this.#says.hidden = false;
    };
    clearInterval(this.#drawnTimer);
    this.#drawnTimer = setInterval(fetchNext, DRAWN_MS);
    fetchNext();
  }

  #stopCamera() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }

  #show(source, words) {
    this.#video.hidden = source !== this.#video;
    this.#drawn.hidden = source !== this.#drawn;
    this.#says.hidden = true;
    this.#mark.textContent = words;
    this.#mark.hidden = false;
  }

  get source() {
    if (!this.#drawn.hidden && this.#drawn.naturalWidth) return [this.#drawn, this.#drawn.naturalWidth, this.#drawn.naturalHeight];
    if (this.#stream && this.#video.videoWidth) return [this.#video, this.#video.videoWidth, this.#video.videoHeight];
    return null;
  }

  // Without any picture to take, the shutter offers a file.
  async shoot() {
    if (this.#busy) return;
    const source = this.source;
    if (!source) {
      this.#file.click();
      return;
    }
    const blob = await this.#still(...source);
    if (!blob) {
      this.#fail();
      return;
    }
    const files = new DataTransfer();
    files.items.add(new File([blob], "photo.jpg", { type: "image/jpeg" }));
    this.#file.files = files.files;
    document.dispatchEvent(new CustomEvent("laneside:sound", { detail: "shutter" }));
    this.#send(true);
  }

  #still(source, width, height) {
    const scale = Math.min(1, SIDE_MAX / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  }

  #send(live) {
    if (!this.#file.files.length) return;
    this.#busy = true;
    this.#video.pause();
    this.querySelector("input[name=live]").value = live ? "1" : "0";
    this.#says.textContent = this.dataset.sending;
    this.closest("form").requestSubmit();
    setTimeout(() => this.#ready(), 4000);
  }

  #ready() {
    this.#busy = false;
    if (this.#stream) this.#video.play().catch(() => {});
  }

  #fail() {
    this.#says.textContent = this.dataset.failed;
    this.#says.hidden = false;
  }
}

customElements.define("lane-camera", LaneCamera);

document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("[data-shutter]");
    const camera = document.querySelector("lane-camera");
    if (!button || !camera) return;
    event.preventDefault();
    event.stopPropagation();
    camera.shoot();
  },
  true,
);
