import { expect, test } from 'vitest';
import { titleOf } from '../../src/panels/job-words';
import { TSNE } from '../support/fixtures';

test.each([
  [30, 't-SNE 2-D, perplexity 30'],
  [[30, 200], 't-SNE 2-D, perplexity 30 and 200'],
  [[7.5, 50, 200], 't-SNE 2-D, perplexity 7.5, 50 and 200'],
])('a t-SNE of perplexity %j is told by it', (perplexity, title) => {
  expect(titleOf({ projection: { ...TSNE, perplexity } as typeof TSNE })).toBe(title);
});
