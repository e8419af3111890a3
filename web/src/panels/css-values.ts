import { noChange } from 'lit';
import {
  Directive,
  type DirectiveResult,
  directive,
  type ElementPart,
  type PartInfo,
  PartType,
} from 'lit/directive.js';

/** CSS properties by their names, custom ones included. */
type CssValues = Readonly<Record<string, string>>;

class CssValuesDirective extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('cssValues stands in the tag of an element.');
  }

  override render(_values: CssValues): typeof noChange {
    return noChange;
  }

  override update(part: ElementPart, [values]: [CssValues]): typeof noChange {
    const { style } = part.element as HTMLElement;
    for (const [name, value] of Object.entries(values)) style.setProperty(name, value);
    return noChange;
  }
}

/**
 * Sets CSS properties of an element through its style object. Lit's own styleMap writes a style attribute at first,
 * which the page's content security policy refuses.
 */
export const cssValues: (values: CssValues) => DirectiveResult = directive(CssValuesDirective);
