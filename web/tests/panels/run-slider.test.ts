import { expect, test } from 'vitest';
import { shownPoint, valueText } from '../../src/panels/run-slider';
import { historyPoints, job, jobView, TSNE } from '../support/fixtures';

const RUN = jobView({ job: job({ projection: TSNE }), history: historyPoints([0, 412, 600]) });

test('the slider reads out the moment that is looked at', () => {
  const view = { ...RUN, scrub: { sequence: 2, isPlaying: false } };
  expect(valueText(view, shownPoint(view))).toBe('step 412 of 1,000, loss 0.0243');
});

test('live it reads out the newest', () => {
  expect(valueText(RUN, shownPoint(RUN))).toBe('step 600 of 1,000, loss 0.0167');
});

test('a step without a loss has none, and a run without frames no step', () => {
  const view = { ...RUN, scrub: { sequence: 1, isPlaying: false } };
  expect(valueText(view, shownPoint(view))).toBe('step 0 of 1,000');
  const empty = { ...RUN, history: [] };
  expect(valueText(empty, shownPoint(empty))).toBe('no step yet');
});
