// The hardware key, the pause after the main button changes, and the word when the local service is gone.

const SETTLE_MS = 450;
const HARDWARE_KEYS = /^(Enter|F[1-4]|F[6-9]|F10)$/;
const TYPING = "input, select, textarea, button, a, summary, [contenteditable]";

const mainButton = () => document.querySelector("[data-main]");

function meaning(button) {
  return button ? `${button.form?.getAttribute("action") ?? button.getAttribute("href")}|${button.textContent.trim()}` : "";
}

document.addEventListener("keydown", (event) => {
  if (!HARDWARE_KEYS.test(event.key) || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Enter" && event.target.closest?.(TYPING)) return;
  const button = mainButton();
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
});

// A second tap of a double tap must not hit the next step's button, which stands in the same place.
let known = meaning(mainButton());
document.addEventListener("htmx:after:swap", () => {
  const button = mainButton();
  const now = meaning(button);
  if (now === known) return;
  known = now;
  if (!button || button.disabled || button.tagName !== "BUTTON") return;
  button.disabled = true;
  button.classList.add("settling");
  setTimeout(() => {
    button.disabled = false;
    button.classList.remove("settling");
  }, SETTLE_MS);
});

// The server's state decides, also after the back button: a page from the browser's memory is drawn again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// A plain form goes out once, however often it is tapped.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

const say = (id, hidden) => {
  const line = document.getElementById(id);
  if (line) line.hidden = hidden;
};
document.addEventListener("htmx:error", (event) => {
  if (event.detail?.ctx) say("server-lost", false);
});
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail?.ctx?.request?.method === "POST") say("not-done", false);
});
document.addEventListener("htmx:after:request", (event) => {
  say("server-lost", true);
  const { request, response } = event.detail?.ctx ?? {};
  if (request?.method === "POST" && response?.status < 400) say("not-done", true);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
