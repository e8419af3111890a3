import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../src/domain/format';
import {
  mayNeedShape,
  NO_UPLOAD,
  needsShape,
  partSent,
  shapeOf,
  suggestedName,
  type UploadDraft,
  whyNotUploaded,
  withFiles,
} from '../../src/domain/upload';

function file(name: string, nBytes = 1): File {
  return new File([new Uint8Array(nBytes)], name);
}

function names(files: UploadDraft['files']): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([role, { name }]) => [role, name]));
}

function draft(change: Partial<UploadDraft>): UploadDraft {
  return { ...NO_UPLOAD, ...change };
}

const LIMITS = { max_file_bytes: 1000, free_bytes: 1500 };

describe('dropped files take the roles that their names suggest', () => {
  test.each([
    [['a.npy'], { tensor: 'a.npy' }],
    [['labels.tsv', 'vectors.tsv'], { tensor: 'vectors.tsv', metadata: 'labels.tsv' }],
    [['vectors.tsv', 'metadata.tsv'], { tensor: 'vectors.tsv', metadata: 'metadata.tsv' }],
    [
      ['words.csv', 'faces.PNG', 'a.safetensors'],
      { tensor: 'a.safetensors', metadata: 'words.csv', sprite: 'faces.PNG' },
    ],
    [['vectors.tsv'], { tensor: 'vectors.tsv' }],
    [['metadata.tsv'], { metadata: 'metadata.tsv' }],
    [['model.pt'], { tensor: 'model.pt' }], // the projector says why not, and what to do
  ])('%j', (dropped, expected) => {
    expect(
      names(
        withFiles(
          {},
          dropped.map((name) => file(name)),
        ),
      ),
    ).toEqual(expected);
  });

  test('beside those that were chosen before, which they replace in the same role', () => {
    const chosen = { tensor: file('a.npy'), sprite: file('a.png') };
    expect(names(withFiles(chosen, [file('b.tsv'), file('b.png')]))).toEqual({
      tensor: 'a.npy',
      metadata: 'b.tsv',
      sprite: 'b.png',
    });
    expect(names(withFiles(chosen, [file('b.npy')]))).toEqual({ tensor: 'b.npy', sprite: 'a.png' });
  });
});

test.each([
  ['words.npy', 'words'],
  ['my.words.v2.tsv', 'my.words.v2'],
  ['words', 'words'],
  ['.npy', '.npy'],
  ['語'.repeat(200), '語'.repeat(120)],
])('%s suggests its own name', (name, suggested) => {
  expect(suggestedName({ tensor: file(name) })).toBe(suggested);
});

test('only files of raw numbers need a shape, and few others may', () => {
  expect(['a.bytes', 'a.RAW', 'a.bin', 'a', 'a.npy'].map(needsShape)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(['a.bytes', 'a.bin', 'a', 'a.npy', 'a.tsv'].map(mayNeedShape)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('a shape that was given for another file is not sent', () => {
  expect(shapeOf(draft({ files: { tensor: file('a.npy') }, shape: [3, 4] }))).toEqual([null, null]);
  expect(shapeOf(draft({ files: { tensor: file('a.bytes') }, shape: [3, 4] }))).toEqual([3, 4]);
});

describe('what cannot be uploaded is said before it is sent', () => {
  const tensor = file('a.npy', 900);
  const raw = file('a.bytes', 48);
  test.each<[string, UploadDraft, string | null]>([
    ['nothing', draft({}), 'Choose the file of the tensor.'],
    ['metadata alone', draft({ files: { metadata: file('a.tsv') } }), 'Choose the file of the tensor.'],
    ['a tensor', draft({ files: { tensor } }), null],
    [
      'a large file',
      draft({ files: { tensor: file('a.npy', 1001) } }),
      'a.npy has 1,001 bytes; a file may have 1,000 bytes at most.',
    ],
    [
      'more than there is room for',
      draft({ files: { tensor, metadata: file('b.tsv', 700) } }),
      'There is room for 1.5 KiB more',
    ],
    ['raw numbers without a shape', draft({ files: { tensor: raw } }), 'give the points and the dimensions'],
    [
      'half a shape',
      draft({ files: { tensor: raw }, shape: [4, null] }),
      'give the points and the dimensions',
    ],
    [
      'a shape of another size',
      draft({ files: { tensor: raw }, shape: [4, 4] }),
      'a.bytes has 48 bytes, but 4 × 4 numbers of float32 need 64.',
    ],
    ['a shape that fits', draft({ files: { tensor: raw }, shape: [4, 3] }), null],
    ['what may be no raw numbers', draft({ files: { tensor: file('a.bin', 5) } }), null],
    [
      'half a thumbnail',
      draft({ files: { tensor, sprite: file('a.png') }, thumbnailPx: [8, null] }),
      'the width and the height',
    ],
    ['half a thumbnail of no sprite', draft({ files: { tensor }, thumbnailPx: [8, null] }), null],
  ])('%s', (_, given, refusal) => {
    const said = whyNotUploaded(given, LIMITS)?.replaceAll('\u00a0', ' ') ?? null;
    if (refusal === null) expect(said).toBeNull();
    else expect(said).toContain(refusal);
  });

  test('limits that are not known refuse nothing', () => {
    expect(whyNotUploaded(draft({ files: { tensor: file('a.npy', 5000) } }), null)).toBeNull();
  });
});

test('how far an upload is counts the bytes of all files', () => {
  const files = { tensor: file('a.npy', 300), metadata: file('b.tsv', 100) };
  expect(partSent(files, {})).toBe(0);
  expect(partSent(files, { metadata: 100 })).toBe(0.25);
  expect(partSent(files, { metadata: 400, tensor: 150 })).toBe(0.625); // what surrounds a file is no part of it
  expect(partSent({}, {})).toBe(0);
});

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1,023 bytes'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [2 ** 31, '2 GiB'],
  [999.96 * 1024, '1,000 KiB'],
  [123.4 * 2 ** 20, '123 MiB'],
  [3 * 2 ** 50, '3,072 TiB'],
])('%d bytes are %s', (nBytes, text) => {
  expect(bytesOf(nBytes).replace('\u00a0', ' ')).toBe(text);
});
