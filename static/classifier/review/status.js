/** Whether all is saved, and what stands in the way where it is not. */

import { at, number, say, words } from "./setup.js";

const banner = at("banner");

export function watchBanner(onRetry) {
  banner.querySelector("button").addEventListener("click", onRetry);
}

/** waiting: how many steps are to be sent. fault: of the last try, or null. */
export function showStatus({ waiting, fault }) {
  at("sync").textContent = waiting ? say(words.unsent, { n: number(waiting) }) : words.saved;
  at("sync").classList.toggle("is-waiting", waiting > 0);
  showFault(fault);
}

export function showFault(fault) {
  banner.hidden = !fault;
  if (!fault) return;
  const session = fault.kind === "session";
  const told = fault.status === 401 ? "" : fault.kind !== "lost" && fault.detail;
  banner.querySelector("span").textContent = told || (session ? words.sessionEnded : words.offline);
  banner.querySelector("a").hidden = !session;
}
