import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import {
  JobHistorySchema,
  ThumbnailSchema,
} from '../../src/api/generated/projector_contracts/compute/v1/job_pb';
import { decodeHistory, decodeThumbnail } from '../../src/api/job-history';
import { historyBytes, historyPoints, thumbnailBytes } from '../support/fixtures';

test('a history is read with what is kept of it', () => {
  const points = historyPoints([0, 5, 9], [2]);
  expect(decodeHistory(historyBytes(points))).toEqual(points);
});

test('a history of a job without frames is empty', () => {
  expect(decodeHistory(historyBytes([]))).toEqual([]);
});

test('a history whose arrays differ in length is refused', () => {
  const torn = create(JobHistorySchema, { sequences: new Uint8Array(16), steps: new Uint8Array(4) });
  expect(() => decodeHistory(toBinary(JobHistorySchema, torn))).toThrow(RangeError);
});

test('a thumbnail has two places a row', () => {
  expect(decodeThumbnail(thumbnailBytes(7))).toEqual({
    sequence: 7,
    rows: Uint32Array.of(0, 3),
    places: Uint8Array.of(0, 1, 2, 3),
  });
  const torn = create(ThumbnailSchema, { rows: new Uint8Array(8), places: new Uint8Array(3) });
  expect(() => decodeThumbnail(toBinary(ThumbnailSchema, torn))).toThrow(RangeError);
});
