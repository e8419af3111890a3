import { expect, test } from 'vitest';
import type { Rest } from '../../src/api/rest-types';
import { problemsOfOpen, problemsOfOtherRuns, rejectionProblem } from '../../src/panels/problems';

function problem(subject: string): Rest.Problem {
  return { severity: 'warning', subject, message: 'It is too short.' };
}

function run(id: string, parts: Partial<Rest.Run> = {}): Rest.Run {
  const run = {
    id,
    name: `run ${id}`,
    embeddings: [],
    checkpoints: [],
    rejected: [],
    problems: [],
    is_upload: false,
  };
  return { ...run, ...parts };
}

const BIAS = { tensor_name: 'dense/bias', shape: [12_800], dtype: 'float32', reason: 'It has one dimension' };

test('a rejected tensor is named with its shape, type and reason', () => {
  expect(rejectionProblem(BIAS)).toEqual({
    severity: 'notice',
    subject: 'dense/bias',
    message: 'It has one dimension (12,800, float32)',
  });
});

test('a tensor without dimensions is called a scalar', () => {
  expect(rejectionProblem({ ...BIAS, shape: [] }).message).toContain('scalar');
});

test('a problem that the embedding and its run both tell is listed once', () => {
  const embedding = { problems: [problem('labels.tsv')] } as unknown as Rest.Embedding;
  const listed = problemsOfOpen(embedding, run('a', { problems: [problem('labels.tsv'), problem('other')] }));
  expect(listed.map(({ subject }) => subject)).toEqual(['labels.tsv', 'other']);
});

test('other runs are listed only where there is something to say', () => {
  const runs = [
    run('open', { problems: [problem('x')] }),
    run('fine'),
    run('odd', { rejected: [BIAS], problems: [problem('y')] }),
  ];
  const [only, ...rest] = problemsOfOtherRuns(runs, 'open');
  expect(rest).toEqual([]);
  expect(only?.runName).toBe('run odd');
  expect(only?.problems.map(({ subject }) => subject)).toEqual(['y', 'dense/bias']);
});
