/** What the curator did and the server has not confirmed: sent in order, kept over a reload, tried until it is taken.
 *
 * Each entry has its own key (`passo`), so what arrives twice counts once.
 */

import { post } from "./server.js";
import { curator } from "./setup.js";

const PLACE = `review-outbox:${curator}`; // one curator's verdicts are never sent in another's name
const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15_000];

export class Outbox {
  /** onDone(entry, answer), onRefused(entry, fault), onState({waiting, fault}). */
  constructor({ onDone, onRefused, onState }) {
    Object.assign(this, { onDone, onRefused, onState });
    this.entries = JSON.parse(sessionStorage.getItem(PLACE) ?? "[]");
    this.running = false;
    this.tries = 0;
    this.fault = null;
    addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
  }

  /** The comments that entries under way decide. */
  get comments() {
    return this.entries.flatMap((entry) => [entry.body.comentario, ...(entry.body.parecidos ?? []).map((each) => each.comentario)]);
  }

  add(call, body, about = {}) {
    this.entries.push({ call, body, about });
    this.keep();
    this.run();
  }

  /** Tries at once what waits for its next try. */
  wake() {
    this.tries = 0;
    clearTimeout(this.timer);
    this.run();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    this.fault = null;
    clearTimeout(this.timer);
    while (this.entries.length && !this.fault) await this.sendFirst();
    this.running = false;
    this.tell();
  }

  async sendFirst() {
    const [entry] = this.entries;
    try {
      const answer = await post(entry.call, entry.body);
      this.remove(entry);
      this.onDone(entry, answer);
    } catch (fault) {
      if (fault.kind === "refused") {
        this.remove(entry);
        this.onRefused(entry, fault);
        return;
      }
      if (!fault.kind) throw fault;
      this.fault = fault;
      this.timer = setTimeout(() => this.run(), WAITS_MS[Math.min(this.tries++, WAITS_MS.length - 1)]);
    }
  }

  remove(entry) {
    this.tries = 0;
    this.entries = this.entries.filter((each) => each !== entry);
    this.keep();
  }

  keep() {
    sessionStorage.setItem(PLACE, JSON.stringify(this.entries));
    this.tell();
  }

  tell() {
    this.onState({ waiting: this.entries.length, fault: this.fault });
  }
}
