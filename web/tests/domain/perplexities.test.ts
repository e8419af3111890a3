import { expect, test } from 'vitest';
import { readPerplexities, textOfPerplexities } from '../../src/domain/perplexities';

test.each([
  ['', []],
  ['50', [50]],
  ['50, 200', [50, 200]],
  ['  50 200;7.5 ', [50, 200, 7.5]],
  ['1000, 1.01', [1000, 1.01]],
])('%j is read as %j', (text, values) => {
  expect(readPerplexities(text)).toEqual({ values });
});

test.each(['1', '0', '-5', '1001', 'many', '1e2', '50, x', '5.', 'NaN'])('%j is refused by name', (text) => {
  const wrong = text.split(', ').at(-1);
  expect(readPerplexities(text)).toEqual({ fault: `“${wrong}” is not a number above 1 and up to 1,000.` });
});

test('more than three are too many', () => {
  expect(readPerplexities('2 3 4 5')).toEqual({ fault: 'At most 3 beside the first.' });
});

test('what is written is read again', () => {
  expect(readPerplexities(textOfPerplexities([7.5, 200]))).toEqual({ values: [7.5, 200] });
  expect(textOfPerplexities([])).toBe('');
});
