/** Further perplexities of a t-SNE, as a person types them. */

export const MOST_PERPLEXITY = 1000;
/** Beside the first one; the affinities of all of them are averaged. */
export const MOST_FURTHER = 3;

const NUMBER = /^\d+(\.\d+)?$/;

export type Perplexities = { readonly values: readonly number[] } | { readonly fault: string };

/** Reads numbers between commas or blanks; an empty text is none. The fault says what is wrong with which of them. */
export function readPerplexities(text: string): Perplexities {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length > MOST_FURTHER) return { fault: `At most ${MOST_FURTHER} beside the first.` };
  const wrong = parts.find((part) => !isPerplexity(part));
  if (wrong !== undefined) {
    return { fault: `“${wrong}” is not a number above 1 and up to ${MOST_PERPLEXITY.toLocaleString('en')}.` };
  }
  return { values: parts.map(Number) };
}

/** What `readPerplexities` reads again. */
export function textOfPerplexities(values: readonly number[]): string {
  return values.join(', ');
}

function isPerplexity(part: string): boolean {
  return NUMBER.test(part) && Number(part) > 1 && Number(part) <= MOST_PERPLEXITY;
}
