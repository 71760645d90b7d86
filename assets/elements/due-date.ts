// Shows a notice when the day has passed, by the reader's clock:
//
//   <p><time datetime="2027-05-01" data-due>1 de mayo de 2027</time>
//   <span data-overdue hidden>…</span></p>

const now = new Date();
const today = new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);

for (const due of document.querySelectorAll<HTMLTimeElement>("time[data-due]")) {
  const notice = due.parentElement!.querySelector<HTMLElement>("[data-overdue]");
  if (notice && due.dateTime < today) notice.hidden = false;
}
