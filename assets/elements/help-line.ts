// Turns the number of a help line into a button to call, as long as someone
// called it lately:
//
//   <span data-verified-on="2026-10-01" data-label="Llamar al 114">114</span>
//
// Whether six months have passed is a matter of the reader's clock, not of the
// day on which the page was made. A clock that stands before the day of the
// verification is wrong and proves nothing.

const months = 6;

function isFresh(day: string, now: Date): boolean {
  const verified = new Date(day + "T00:00:00Z");
  const until = new Date(verified);
  until.setUTCMonth(until.getUTCMonth() + months);
  const dayBefore = verified.getTime() - 24 * 3600 * 1000; // time zones
  return now.getTime() >= dayBefore && now <= until;
}

for (const line of document.querySelectorAll<HTMLElement>("[data-verified-on]")) {
  const number = (line.dataset.number || line.textContent || "").replace(/[^\d+*#]/g, "");
  if (!number || !isFresh(line.dataset.verifiedOn!, new Date())) continue;
  const call = document.createElement("a");
  call.className = "call";
  call.href = "tel:" + number.replace(/#/g, "%23");
  call.textContent = line.dataset.label || line.textContent;
  line.replaceWith(call);
}
