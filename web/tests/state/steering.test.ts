import { beforeEach, describe, expect, test, vi } from 'vitest';
import { controlInWords } from '../../src/panels/control-words';
import { inFigures } from '../../src/panels/quality';
import type { LayoutState } from '../../src/state/model';
import { preservationColumn } from '../../src/state/painting';
import { later, problem } from '../support/fake-gateway';
import { frameEvent, job, TSNE } from '../support/fixtures';
import { type Harness, opened } from '../support/harness';

const CONTROLS = '/jobs/J2/controls';
const QUALITY = '/jobs/J2/quality';
const SCORE = { value: 0.9, standard_error: 0 };

let page: Harness;

beforeEach(async () => {
  page = await opened();
  page.gateway.on('POST', '/jobs', job({ id: 'J2', projection: TSNE, phase: 'running' }));
  page.gateway.on('POST', CONTROLS, () => new Response(null, { status: 204 }));
  page.store.actions.chooseProjection('tsne');
  await page.store.actions.runProjection();
});

const asked = (path: string) => page.gateway.asksOf('POST', path).map(({ body }) => body);

describe('steering', () => {
  test('tells the job what to do', async () => {
    await page.store.actions.steerJob({ action: 'perturb' });
    await page.store.actions.steerJob({ action: 'set_exaggeration', exaggeration: 4 });
    expect(asked(CONTROLS)).toEqual([{ action: 'perturb' }, { action: 'set_exaggeration', exaggeration: 4 }]);
  });

  test('sends what is asked quickly in the order in which it was asked', async () => {
    const slow = later();
    page.gateway.on('POST', CONTROLS, slow.reply);
    const first = page.store.actions.steerJob({ action: 'perturb' });
    const second = page.store.actions.controlJob('pause');
    await vi.waitFor(() => expect(asked(CONTROLS)).toHaveLength(1));
    page.gateway.on('POST', CONTROLS, () => problem(409, 'conflict', 'It has ended.'));
    slow.give(new Response(null, { status: 204 }));
    await Promise.all([first, second]);
    expect(asked(CONTROLS)).toEqual([{ action: 'perturb' }, { action: 'pause' }]);
    expect(page.state().notices.at(-1)?.message).toContain('It has ended.');
    page.gateway.on('POST', CONTROLS, () => new Response(null, { status: 204 }));
    await page.store.actions.controlJob('resume'); // what failed before holds nothing up
    expect(asked(CONTROLS)).toHaveLength(3);
  });

  test('supervises as the settings say, and ends it where they name no column', async () => {
    page.store.actions.setSupervision({ column: 'kind', weight: 0.75 });
    await page.store.actions.superviseJob();
    page.store.actions.setSupervision({ column: null });
    await page.store.actions.superviseJob();
    expect(asked(CONTROLS)).toEqual([
      { action: 'supervise', supervision: { column: 'kind', weight: 0.75, ignored_label: null } },
      { action: 'supervise', supervision: { column: '', weight: 0 } },
    ]);
  });

  test.each([
    [{ step: 1, action: 'perturb' }, 'perturbed'],
    [{ step: 1, action: 'set_exaggeration', exaggeration: 4 }, 'exaggeration 4'],
    [{ step: 1, action: 'set_learning_rate', learning_rate: 0 }, 'learning rate automatic'],
    [{ step: 1, action: 'supervise', supervision: { column: 'kind', weight: 0.5 } }, 'supervised by kind'],
    [{ step: 1, action: 'supervise', supervision: { column: '', weight: 0 } }, 'no longer supervised'],
  ] as const)('%j reads %j', (control, words) => {
    expect(controlInWords(control)).toBe(words);
  });
});

describe('the quality of a picture', () => {
  const measured = {
    trustworthiness: SCORE,
    continuity: SCORE,
    neighbor_preservation: SCORE,
    distance_rank_correlation: null,
    n_neighbors: 15,
    n_points: 4,
    n_sampled: 4,
    sequence: 1,
    notices: [],
  };

  beforeEach(() => {
    page.sockets.last.receive(frameEvent({ sequence: 3 }));
  });

  test('is that of the shown frame', async () => {
    page.gateway.on('POST', QUALITY, measured);
    await page.store.actions.measureQuality();
    expect(asked(QUALITY)).toEqual([{ sequence: 3 }]);
    expect(page.state().quality).toEqual({ kind: 'ready', value: measured });
  });

  test('that cannot be measured says why', async () => {
    page.gateway.on('POST', QUALITY, () => problem(504, 'deadline', 'It took too long.'));
    await page.store.actions.measureQuality();
    expect(page.state().quality).toEqual({
      kind: 'failed',
      message: expect.stringContaining('It took too long.'),
    });
  });

  test('is forgotten with the picture', async () => {
    page.gateway.on('POST', QUALITY, measured);
    await page.store.actions.measureQuality();
    page.store.actions.chooseProjection('pca');
    expect(page.state().quality).toEqual({ kind: 'idle' });
  });

  describe('as the colour of its points', () => {
    const POINTS = `${QUALITY}/points`;
    const kept = () => new Uint8Array(Float32Array.of(0.25, 0.5, Number.NaN, 1).buffer);
    const actions = () => page.store.actions;

    test('takes the place of a column, with a legend of its own', async () => {
      page.gateway.on('POST', POINTS, kept());
      await actions().colorByPreservation();
      expect(asked(POINTS)).toEqual([{ sequence: 3 }]);
      expect(page.state().legend).toMatchObject({ kind: 'numbers', minimum: 0.25, maximum: 1, nMissing: 1 });
    });

    test.each([
      ['another colour is chosen', () => actions().colorBy('kind')],
      ['another picture is shown', () => actions().chooseProjection('pca')],
    ])('goes when %s', async (_, leave) => {
      page.gateway.on('POST', POINTS, kept());
      await actions().colorByPreservation();
      leave();
      expect(page.state().preservation).toEqual({ kind: 'idle' });
      expect(page.state().legend).toMatchObject({ kind: 'categories', column: 'kind' });
    });

    test('that comes after another colour was chosen is not taken', async () => {
      const answer = later();
      page.gateway.on('POST', POINTS, answer.reply);
      const coloring = actions().colorByPreservation();
      actions().colorBy('kind');
      answer.give(kept());
      await coloring;
      expect(page.state().legend).toMatchObject({ column: 'kind' });
    });

    test('that cannot be measured says why', async () => {
      page.gateway.on('POST', POINTS, () => problem(429, 'rate_limited', 'Too many at once.'));
      await actions().colorByPreservation();
      expect(page.state().preservation).toMatchObject({
        kind: 'failed',
        message: expect.stringContaining('Too many at once.'),
      });
    });

    test('belongs to the rows of the job', () => {
      const layout = { rows: Uint32Array.of(1, 3), step: 7 } as unknown as LayoutState;
      const { values, name } = preservationColumn(Float32Array.of(0.5, 1), layout, 5);
      expect([...values]).toEqual([Number.NaN, 0.5, Number.NaN, 1, Number.NaN]);
      expect(name).toBe('Neighbors kept at step 7');
    });
  });

  test('is told with its error where it was sampled', () => {
    expect(inFigures({ value: 0.98765, standard_error: 0.0021 })).toBe('0.988 ± 0.002');
    expect(inFigures({ value: 1, standard_error: 0 })).toBe('1.000');
  });
});
