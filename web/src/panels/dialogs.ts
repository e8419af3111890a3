import { html, nothing, render, type TemplateResult } from 'lit';

/** Asks before something is lost. Resolves to whether the person agreed; Escape and Cancel do not. */
export function confirmed(question: {
  readonly title: string;
  readonly text: string;
  readonly action: string;
}): Promise<boolean> {
  return ask(
    html`<h2>${question.title}</h2>
      <p class="secondary">${question.text}</p>
      <div class="dialog-actions">
        <button class="button" value="" autofocus>Cancel</button>
        <button class="button danger" value="yes">${question.action}</button>
      </div>`,
    (dialog) => dialog.returnValue === 'yes',
    false,
  );
}

/** Asks for a name. Resolves to the trimmed name, or null where none was given. */
export function askName(question: {
  readonly title: string;
  readonly action: string;
  readonly value?: string;
}): Promise<string | null> {
  return ask<string | null>(
    html`<h2>${question.title}</h2>
      <input
        class="field-control"
        name="name"
        dir="auto"
        required
        maxlength="200"
        autocomplete="off"
        aria-label="Name"
        .value=${question.value ?? ''}
      />
      <div class="dialog-actions">
        <button class="button" value="" formnovalidate type="submit">Cancel</button>
        <button class="button primary" value="yes">${question.action}</button>
      </div>`,
    (dialog) => {
      const name = dialog.querySelector('input')?.value.trim() ?? '';
      return dialog.returnValue === 'yes' && name !== '' ? name : null;
    },
    null,
  );
}

function ask<T>(content: TemplateResult, read: (dialog: HTMLDialogElement) => T, refused: T): Promise<T> {
  const dialog = document.createElement('dialog');
  dialog.className = 'floating dialog';
  const focused = document.activeElement as HTMLElement | null;
  render(html`<form method="dialog" @keydown=${submitOnEnter}>${content}</form>`, dialog);
  document.body.append(dialog);
  const heading = dialog.querySelector('h2');
  if (heading?.textContent) dialog.setAttribute('aria-label', heading.textContent);
  dialog.showModal();
  dialog.querySelector('input')?.select();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      const answer = dialog.returnValue === '' ? refused : read(dialog);
      render(nothing, dialog);
      dialog.remove();
      focused?.focus();
      resolve(answer);
    });
  });
}

/** Enter in a field takes the primary action; the browser would take the first button, which cancels. */
function submitOnEnter(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  event.target.form?.querySelector<HTMLButtonElement>('.primary, .danger')?.click();
}
