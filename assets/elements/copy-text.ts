// Copies text at the press of a button:
//
//   <button type="button" hidden data-copy="citation" data-copied="Copiado">
//   <button type="button" hidden data-copy data-value="https://…" data-copied="Copiado">
//
// data-copy names the element whose text is meant; without a name it is
// data-value. The button is hidden where there is no script. The word in
// data-copied is put beside the button, where screen readers hear it.

function textOf(button: HTMLElement): string {
  const id = button.dataset.copy;
  const named = id ? document.getElementById(id) : null;
  return named ? named.innerText.trim() : button.dataset.value || "";
}

// copyBySelection serves where the clipboard is closed to scripts: file: and
// pages without TLS.
function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "copying";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  status.className = "copied";
  button.after(status);
  button.hidden = false;
  button.addEventListener("click", async () => {
    status.textContent = "";
    if (await copy(textOf(button))) status.textContent = button.dataset.copied || "";
    button.focus();
  });
}
