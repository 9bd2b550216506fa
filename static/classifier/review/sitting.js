/** The sitting: one window of one curator. It outlives a reload, and a copied tab begins one of its own. */

import { curator, uuid } from "./setup.js";

const PLACE = `review-sitting:${curator}`;

/** Whether no other tab works under this key; the lock is then held until the page goes. */
function isOurs(key) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks.request(`review-${key}`, { ifAvailable: true }, (lock) => {
      resolve(Boolean(lock));
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}

export async function openSitting() {
  const known = sessionStorage.getItem(PLACE);
  const key = known && (await isOurs(known)) ? known : uuid();
  if (key !== known) await isOurs(key);
  sessionStorage.setItem(PLACE, key);
  return key;
}
