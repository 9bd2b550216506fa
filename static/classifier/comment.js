/** The look-alikes of a comment, fetched once the page is there. */

const place = document.querySelector("[data-look-alikes]");
const failed = document.querySelector(".look-alikes template");
const loading = place.innerHTML;

async function fetchThem() {
  place.innerHTML = loading;
  try {
    const response = await fetch(place.dataset.lookAlikes, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) throw new Error(response.status);
    place.innerHTML = await response.text();
  } catch {
    place.replaceChildren(failed.content.cloneNode(true));
    place.querySelector("button").addEventListener("click", fetchThem);
  }
}

fetchThem();
