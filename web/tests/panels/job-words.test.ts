import { expect, test } from 'vitest';
import { detailsOf, titleOf } from '../../src/panels/job-words';
import { job, TSNE } from '../support/fixtures';

test.each([
  [30, 't-SNE 2-D, perplexity 30'],
  [[30, 200], 't-SNE 2-D, perplexity 30 and 200'],
  [[7.5, 50, 200], 't-SNE 2-D, perplexity 7.5, 50 and 200'],
])('a t-SNE of perplexity %j is told by it', (perplexity, title) => {
  expect(titleOf({ projection: { ...TSNE, perplexity } as typeof TSNE })).toBe(title);
});

test('a job that was given its start says so, a fork names its origin elsewhere', () => {
  const given = job({ projection: { ...TSNE, initialisation: 'given' } as typeof TSNE });
  const forked = { ...given, forked_from: { job_id: 'J0', sequence: 9, step: 90 } };
  expect(detailsOf(given, { kind: 'idle' })).toBe('from a layout');
  expect(detailsOf(forked, { kind: 'idle' })).toBe('');
});
