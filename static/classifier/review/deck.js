/** The cards at hand: fetched ahead, so that the next one is there before the key is up. */

import { post } from "./server.js";

const AHEAD = 8;
const LOW = 5;
const AGAIN_MS = 3000;

export class Deck {
  /** busy(): ids that must not come again; filters(): what to ask for; onChange(): the first card may be another. */
  constructor({ sitting, busy, filters, onChange }) {
    Object.assign(this, { sitting, busy, filters, onChange });
    this.cards = [];
    this.fetching = null;
    this.fault = null;
    this.ended = false;
  }

  get first() {
    return this.cards[0];
  }

  /** Takes the first card away and sees to it that others come. */
  take() {
    const card = this.cards.shift();
    this.fill();
    return card;
  }

  putBack(card) {
    this.cards = [card, ...this.cards.filter((each) => each.id !== card.id)];
    this.onChange();
  }

  drop(ids) {
    const first = this.first;
    this.cards = this.cards.filter((card) => !ids.includes(card.id));
    if (this.first !== first) this.onChange();
  }

  fill() {
    if (this.cards.length < LOW && !this.fetching) this.fetching = this.fetch();
    return this.fetching;
  }

  async fetch() {
    const before = this.cards.length;
    const troubled = Boolean(this.fault);
    clearTimeout(this.timer);
    try {
      const { cartoes } = await post("cards", {
        sessao: this.sitting,
        quero: AHEAD - before,
        tem: [...this.cards.map((card) => card.id), ...this.busy()],
        filtros: this.filters(),
      });
      this.fault = null;
      const known = new Set([...this.cards.map((card) => card.id), ...this.busy()]);
      this.cards.push(...cartoes.filter((card) => !known.has(card.id)));
      this.ended = cartoes.length === 0;
    } catch (fault) {
      if (!fault.kind) throw fault;
      this.fault = fault;
      this.timer = setTimeout(() => this.fill(), AGAIN_MS);
    } finally {
      this.fetching = null;
    }
    if (before === 0 || troubled || this.fault) this.onChange();
  }

  /** Gives back what is at hand, for other filters. */
  async clear() {
    await this.fetching;
    const comentarios = this.cards.map((card) => card.id);
    this.cards = [];
    this.onChange();
    if (comentarios.length) await post("give_back", { sessao: this.sitting, comentarios }).catch(() => {});
    await this.fill();
  }
}
