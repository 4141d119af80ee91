/** The element `<policy-qa>`: a launcher with a dialog, or a panel in the page's flow. */

import { newId } from "./claims.js";
import { Conversation } from "./conversation.js";
import { addressOn, button, icon, make } from "./dom.js";
import { LOOKS, painted } from "./looks.js";
import { Session } from "./session.js";
import { Store } from "./store.js";
import { Variables, launcherSheet, panelSheet } from "./style.js";
import { isTag, languageOf, sayIn } from "./texts.js";

const BUBBLE = "M4 5h16v11H10l-5 4v-4H4z";
const CROSS = "M6 6l12 12M18 6L6 18";
const NARROW = "(max-width: 480px), (max-height: 480px)"; // as in the style sheet
const SUBSTANCE = ["site", "server", "lang", "inline", "title"];
/** Texts that have an attribute of their own. @type {Record<string, string>} */
const OWN_NAMES = { title: "title", greeting: "greeting", placeholder: "placeholder", open: "open-label" };
// A server that renders pages imports this too, and has no elements.
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

let home = "";

/**
 * Where elements without `server` ask: where the script came from.
 * @param {string} address
 */
export function cameFrom(address) {
  home = address;
}

/** A chat that answers from the documents of a site. */
export class PolicyQAElement extends Base {
  static observedAttributes = [...LOOKS, ...SUBSTANCE].flatMap((name) => [name, `data-${name}`]);

  #root = make("div", { class: "root" });
  #variables = new Variables();
  #id = newId();
  /** @type {HTMLButtonElement | null} */
  #launcher = null;
  /** @type {HTMLElement | null} */
  #panel = null;
  /** @type {Conversation | null} */
  #talk = null;
  /** @type {Store | null} */
  #store = null;
  /** @type {Element | null} */
  #before = null;
  /** @type {(() => void)[]} */
  #cleanups = [];

  connectedCallback() {
    if (!this.shadowRoot) this.#attach();
    this.#show();
    this.#follow(matchMedia("(prefers-color-scheme: dark)"), "change", () => this.#paint());
    for (const name of ["resize", "scroll"])
      if (visualViewport) this.#follow(visualViewport, name, () => this.#fit());
    requestAnimationFrame(() => this.isConnected && this.#paint()); // the styles are counted then
    this.#store?.claim();
    this.#talk?.join();
  }

  disconnectedCallback() {
    this.close();
    this.#talk?.leave();
    this.#store?.release();
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected || !this.shadowRoot) return;
    if (LOOKS.includes(name.replace("data-", ""))) return this.#paint();
    this.#forget();
    this.#show();
    this.#paint();
  }

  /** Open the dialog, or go to the question box of a panel. */
  open() {
    if (!this.isConnected) return;
    const { composer } = this.#build();
    const dialog = this.#dialog;
    if (dialog?.open) return;
    this.#before = this.shadowRoot?.activeElement ?? document.activeElement;
    // A keyboard on the screen would hide the greeting.
    const first = dialog && matchMedia("(pointer: coarse)").matches ? dialog : composer.box;
    first.autofocus = true; // or the browser would take the first button before us
    if (dialog) matchMedia(NARROW).matches ? dialog.showModal() : dialog.show();
    first.focus();
    this.#launcher?.setAttribute("aria-expanded", "true");
    this.#emit("open");
  }

  /** Close the dialog; the focus goes back to where it was. */
  close() {
    const dialog = this.#dialog;
    if (!dialog?.open) return;
    const within = this.shadowRoot?.activeElement;
    dialog.close();
    const before = this.#before;
    const back = before?.isConnected && before !== document.body ? before : this.#launcher;
    if (within && back instanceof HTMLElement) back.focus();
    this.#closed();
  }

  /**
   * Ask a question as if the visitor had; the answer, or `null` if there is none.
   * @param {string} question
   */
  async ask(question) {
    const text = String(question).trim();
    if (!text || !this.isConnected) return null;
    this.open();
    return this.#build().ask(text);
  }

  /** End the answer that is on its way. */
  stop() {
    this.#talk?.stop();
  }

  /** Begin a new conversation. */
  clear() {
    this.#talk?.clear();
  }

  #closed() {
    this.#variables.set({ seen: null, top: null });
    this.#launcher?.setAttribute("aria-expanded", "false");
    this.#emit("close");
  }

  get #inline() {
    return this.#attribute("inline") !== null;
  }

  get #dialog() {
    return this.#panel instanceof HTMLDialogElement ? this.#panel : null;
  }

  #attach() {
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [launcherSheet(), this.#variables.sheet];
    shadow.append(this.#root);
    this.#root.title = ""; // or the page's `title` would hang over all of it as a tip
    this.#root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing || !this.#dialog?.open) return;
      event.preventDefault();
      this.close();
    });
    // What is typed here is no shortcut of the page.
    for (const name of ["keydown", "keypress", "keyup"])
      this.#root.addEventListener(name, (event) => event.stopPropagation());
  }

  /** What can be seen before anybody asks. */
  #show() {
    if (!this.#attribute("site")) return console.warn("policy-qa: the attribute site is missing.");
    if (this.#inline) return this.#buildWhenSeen();
    if (this.#launcher) return;
    const say = this.#say();
    this.#launcher = button("launcher", icon(BUBBLE), () => {
      if (this.#dialog?.open) this.close();
      else this.open();
    });
    this.#launcher.append(make("span", {}, say("open")));
    this.#launcher.setAttribute("aria-haspopup", "dialog");
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#launcher.setAttribute("aria-controls", this.#id);
    this.#root.append(this.#launcher);
  }

  #buildWhenSeen() {
    if (this.#talk) return;
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      this.#build();
    });
    seen.observe(this);
    this.#cleanups.push(() => seen.disconnect());
  }

  /** The panel with its conversation, made when it is needed first. */
  #build() {
    if (this.#talk) return this.#talk;
    const say = this.#say();
    const server = originOf(this.#attribute("server")) ?? originOf(home) ?? location.origin;
    const site = this.#attribute("site") ?? "";
    const language = this.#language;
    const store = (this.#store = new Store(server, site));
    const address = `${server}/api/widget/${encodeURIComponent(site)}`;
    const session = new Session(address, language, store);
    const title = make("h2", { class: "title", id: `${this.#id}-title`, dir: "auto" }, say("title"));
    const clear = button("plain", say("clear"), () => (this.clear(), talk.composer.box.focus()));
    const talk = new Conversation({
      say,
      language: this.#spoken,
      server,
      session,
      emit: (name, detail) => this.#emit(name, detail),
      titled: (told) => this.#text("title") ?? (title.textContent = told),
      filled: (empty) => (clear.hidden = empty),
    });
    this.#talk = talk;
    this.#frame(title, clear, talk, say);
    void talk.begin();
    return talk;
  }

  /**
   * @param {HTMLElement} title
   * @param {HTMLElement} clear
   * @param {Conversation} talk
   * @param {import("./texts.js").Say} say
   */
  #frame(title, clear, talk, say) {
    const more = { "aria-label": say("close"), title: say("close") };
    const close = !this.#inline && button("plain", icon(CROSS), () => this.close(), more);
    const privacy = say("privacy");
    const panel = make(
      this.#inline ? "section" : "dialog",
      { id: this.#id, class: "panel", "aria-labelledby": title.id, lang: this.#spoken, tabindex: "-1" },
      make("header", {}, title, clear, close),
      ...talk.elements,
      privacy && make("p", { class: "privacy", dir: "auto" }, privacy),
    );
    panel.addEventListener("cancel", (event) => (event.preventDefault(), this.close()));
    // A phone's way back closes a modal dialog without asking.
    panel.addEventListener("close", () => {
      const known = this.#launcher?.getAttribute("aria-expanded") === "false";
      if (!known && !this.#dialog?.open) this.#closed();
    });
    if (this.shadowRoot) this.shadowRoot.adoptedStyleSheets = [launcherSheet(), panelSheet(), this.#variables.sheet];
    this.#panel = panel;
    this.#root.append(panel);
    this.#paint();
  }

  /** Another site, server or language: nothing of the old one stays. */
  #forget() {
    this.close();
    this.#talk?.leave();
    this.#store?.release();
    this.#root.replaceChildren();
    this.#talk = this.#store = this.#panel = this.#launcher = null;
  }

  /** Let a sheet that fills the screen end above the keyboard on it. */
  #fit() {
    const { scale = 1, height = 0, offsetTop = 0 } = visualViewport ?? {};
    if (scale !== 1 || !this.#dialog?.matches(":modal")) return;
    this.#variables.set({ seen: `${height}px`, top: `${offsetTop}px` });
  }

  #paint() {
    const attribute = (/** @type {string} */ name) => this.#attribute(name);
    this.#variables.set(painted(this.#root, getComputedStyle(this), attribute));
  }

  /**
   * Listen until the element is taken away.
   * @param {EventTarget} target
   * @param {string} name
   * @param {() => void} listener
   */
  #follow(target, name, listener) {
    target.addEventListener(name, listener);
    this.#cleanups.push(() => target.removeEventListener(name, listener));
  }

  get #language() {
    const page = this.closest("[lang]")?.getAttribute("lang");
    return languageOf(this.#attribute("lang"), page, navigator.language);
  }

  /** The language of what is said: the page's, if it says anything in its own words. */
  get #spoken() {
    const own = this.getAttributeNames().some((name) => name.startsWith("data-text-"));
    const tag = this.#attribute("lang");
    return own && isTag(tag) ? tag : this.#language;
  }

  #say() {
    return sayIn(this.#language, (name) => this.#text(name));
  }

  /** @param {string} name of a text that the page may say in its own words */
  #text(name) {
    const own = OWN_NAMES[name];
    return this.getAttribute(`data-text-${name}`) ?? (own ? this.#attribute(own) : null);
  }

  /**
   * An attribute, as it is or as a script element has it.
   * @param {string} name
   */
  #attribute(name) {
    return this.getAttribute(name) ?? this.getAttribute(`data-${name}`);
  }

  /**
   * @param {string} name
   * @param {unknown} [detail]
   */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`policyqa:${name}`, { bubbles: true, composed: true, detail }));
  }
}

/**
 * The origin of a server, if this is the address of one.
 * @param {string | null} address
 */
function originOf(address) {
  return address ? addressOn(address, "/")?.slice(0, -1) : null;
}
