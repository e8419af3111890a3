import { noChange } from 'lit';
import { Directive, directive, type ElementPart, type Part } from 'lit/directive.js';
import { setCommittedValue } from 'lit/directive-helpers.js';

/**
 * The value of a field as the state has it, like `live`, but not while somebody types there: a state that changes many
 * times a second would take away every character at once.
 */
class UnlessEdited extends Directive {
  override render(value: string): unknown {
    return value;
  }

  override update(part: Part, [value]: [string]): unknown {
    const input = (part as ElementPart).element as HTMLInputElement;
    if (input === input.ownerDocument.activeElement || input.value === value) return noChange;
    setCommittedValue(part);
    return value;
  }
}

export const unlessEdited = directive(UnlessEdited);
