/** What a person uploads: which file is what, and what can be said of it before it is sent. */

import { bytesOf } from './format';

export type UploadRole = 'tensor' | 'metadata' | 'sprite';

/** Small files first: what is wrong with them is known before a large one has been sent. */
export const UPLOAD_ROLES: readonly UploadRole[] = ['metadata', 'sprite', 'tensor'];

export type UploadFiles = Readonly<Partial<Record<UploadRole, File>>>;

export interface UploadDraft {
  readonly files: UploadFiles;
  readonly name: string; // empty: that of the tensor's file
  readonly shape: readonly [number | null, number | null]; // points and dimensions of raw numbers
  readonly thumbnailPx: readonly [number | null, number | null]; // null: a grid of as many columns as rows
}

export interface UploadLimits {
  readonly max_file_bytes: number;
  readonly free_bytes: number;
}

export const NO_UPLOAD: UploadDraft = {
  files: {},
  name: '',
  shape: [null, null],
  thumbnailPx: [null, null],
};

const IMAGES = /\.(png|jpe?g|webp|gif|bmp)$/i;
const TABLES = /\.(tsv|csv|txt)$/i;
const ABOUT_POINTS = /meta|label|name/i;
const RAW = /\.(bytes|raw)$/i;
const MAYBE_RAW = /\.bin$|^[^.]+$/i;
const RAW_ELEMENT_BYTES = 4;
const MAX_NAME_CHARS = 120;

/** The files with more files, each in the role that its name suggests; a later one takes the place of an earlier. */
export function withFiles(chosen: UploadFiles, added: readonly File[]): UploadFiles {
  const files: Partial<Record<UploadRole, File>> = { ...chosen };
  const tables: File[] = [];
  for (const file of added) {
    if (IMAGES.test(file.name)) files.sprite = file;
    else if (TABLES.test(file.name)) tables.push(file);
    else files.tensor = file;
  }
  // What is called after labels comes last, so that of two tables the other one is the tensor.
  tables.sort((a, b) => Number(ABOUT_POINTS.test(a.name)) - Number(ABOUT_POINTS.test(b.name)));
  for (const table of tables) {
    const isTensor = files.tensor === undefined && !(ABOUT_POINTS.test(table.name) && tables.length === 1);
    files[isTensor ? 'tensor' : 'metadata'] = table;
  }
  return files;
}

/** How the run is called where the person says nothing. */
export function suggestedName({ tensor }: UploadFiles): string {
  const name = tensor?.name ?? '';
  const stem = name.replace(/(?<=.)\.[^.]*$/, '');
  return [...stem].slice(0, MAX_NAME_CHARS).join('');
}

/** Which part of all bytes has been sent, from 0 to 1. */
export function partSent(files: UploadFiles, sent: Readonly<Partial<Record<UploadRole, number>>>): number {
  let nBytes = 0;
  let nSent = 0;
  for (const role of UPLOAD_ROLES) {
    const size = files[role]?.size ?? 0;
    nBytes += size;
    nSent += Math.min(size, sent[role] ?? 0);
  }
  return nBytes === 0 ? 0 : nSent / nBytes;
}

/** Whether only a person can say how many points and dimensions a file of numbers has. */
export function needsShape(fileName: string): boolean {
  return RAW.test(fileName);
}

/** Whether it may be such a file. */
export function mayNeedShape(fileName: string): boolean {
  return RAW.test(fileName) || MAYBE_RAW.test(fileName);
}

/** The shape that was given, where the file may need one. */
export function shapeOf({ files, shape }: UploadDraft): UploadDraft['shape'] {
  return files.tensor !== undefined && mayNeedShape(files.tensor.name) ? shape : NO_UPLOAD.shape;
}

/** Why this cannot be uploaded; null where nothing is known to be wrong. */
export function whyNotUploaded(draft: UploadDraft, limits: UploadLimits | null): string | null {
  const { files, thumbnailPx } = draft;
  if (files.tensor === undefined) return 'Choose the file of the tensor.';
  return (
    whyTooLarge(files, limits) ??
    whyNoShape(files.tensor, shapeOf(draft)) ??
    (files.sprite !== undefined && isHalf(thumbnailPx)
      ? 'Give the width and the height of a thumbnail, or neither.'
      : null)
  );
}

function whyTooLarge(files: UploadFiles, limits: UploadLimits | null): string | null {
  if (limits === null) return null;
  const all = Object.values(files);
  const tooLarge = all.find((file) => file.size > limits.max_file_bytes);
  if (tooLarge) {
    return `${tooLarge.name} has ${bytesOf(tooLarge.size)}; a file may have ${bytesOf(limits.max_file_bytes)} at most.`;
  }
  const nBytes = all.reduce((sum, file) => sum + file.size, 0);
  if (nBytes <= limits.free_bytes) return null;
  return `There is room for ${bytesOf(limits.free_bytes)} more; these files have ${bytesOf(nBytes)}. Delete uploads that nobody needs.`;
}

function whyNoShape(tensor: File, [nPoints, nDims]: UploadDraft['shape']): string | null {
  if (isHalf([nPoints, nDims]) || (needsShape(tensor.name) && nPoints === null)) {
    return `${tensor.name} holds nothing but numbers: give the points and the dimensions.`;
  }
  if (!needsShape(tensor.name) || nPoints === null || nDims === null) return null;
  const needed = nPoints * nDims * RAW_ELEMENT_BYTES;
  if (tensor.size === needed) return null;
  return `${tensor.name} has ${tensor.size.toLocaleString('en')} bytes, but ${nPoints} × ${nDims} numbers of float32 need ${needed.toLocaleString('en')}.`;
}

function isHalf([first, second]: readonly [number | null, number | null]): boolean {
  return (first === null) !== (second === null);
}
