import { elementBytes } from '../files/tensor.js';
import type { Dataset } from './dataset.js';

/** What decides how a data set is cut and shared out, in bytes. No result depends on it. */
export const sizes = {
  /**
   * Of a piece, which a thread reads and computes with in one go: it stays in the caches of its core, and
   * is long beside what a call from JavaScript costs.
   */
  piece: 2 * 1024 * 1024,
  /**
   * Of a chunk, the pieces that a thread takes at a time: long beside the taking of it, short beside
   * what a slow thread may keep the others waiting for in the end.
   */
  chunk: 16 * 1024 * 1024,
  /** Of what is worth a thread of its own: those that run already take for it as long as that one takes to start. */
  share: 256 * 1024 * 1024,
};

// Of a chunk: its targets and what is read off its rows are kept until its end.
const MOST_ROWS = 65_536;

// Where the classes of a row lie apart, as many rows side by side are read at a time as make each read worth its call.
const RUN_BYTES = 16 * 1024;

// Unless these are so many classes that a piece would become larger than this.
const MOST_PIECE_BYTES = 64 * 1024 * 1024;

// Of these many rows side by side are computed together.
const PANEL_ROWS = 64;

/** A data set in pieces and chunks, each of them rows that follow each other. */
export interface Cut {
  /** What a piece has: all rows of some outer positions, or some rows of a single one. */
  readonly outers: number;
  readonly inners: number;
  /** How many pieces each outer position is cut into. */
  readonly across: number;
  readonly pieces: number;
  readonly piecesOfChunk: number;
  readonly chunks: number;
}

/** The rows of a piece, of one outer position or several. */
export interface Place {
  readonly outer: number;
  readonly outers: number;
  readonly inner: number;
  readonly inners: number;
  readonly firstRow: number;
  readonly rows: number;
}

function rowsBeside({ layout, elementType }: Dataset): number {
  const bytes = elementBytes[elementType];
  const rowBytes = layout.classes * bytes;
  const wanted = Math.max(RUN_BYTES / bytes, Math.floor(sizes.piece / rowBytes));
  const rows = Math.min(wanted, Math.floor(MOST_PIECE_BYTES / rowBytes));
  const panels = Math.floor(rows / PANEL_ROWS);
  // An odd number: where a power of two lies between a row's elements, they displace each other from the cache.
  return panels === 0 ? Math.max(1, rows) : PANEL_ROWS * (panels - 1 + (panels % 2));
}

function rowsOfPiece(dataset: Dataset): number {
  const { classes, inner } = dataset.layout;
  const rows = Math.floor(sizes.piece / (classes * elementBytes[dataset.elementType]));
  if (inner === 1) return Math.max(1, rows);
  return rows >= inner ? rows : rowsBeside(dataset);
}

const nothing: Cut = { outers: 0, inners: 0, across: 0, pieces: 0, piecesOfChunk: 0, chunks: 0 };

/** Cuts a data set: into pieces of `pieceRows` rows, or of about the usual size. */
export function cutOf(dataset: Dataset, pieceRows: number | undefined): Cut {
  const { outer, inner, classes } = dataset.layout;
  const wanted = Math.min(pieceRows ?? rowsOfPiece(dataset), outer * inner);
  if (wanted === 0) return nothing;
  const outers = Math.max(1, Math.floor(wanted / inner));
  const inners = Math.min(wanted, inner);
  const across = Math.ceil(inner / inners);
  const pieces = Math.ceil(outer / outers) * across;
  const rows = outers * inners;
  const bytes = rows * classes * elementBytes[dataset.elementType];
  const piecesOfChunk = Math.max(1, Math.floor(Math.min(sizes.chunk / bytes, MOST_ROWS / rows)));
  const chunks = Math.ceil(pieces / piecesOfChunk);
  return { outers, inners, across, pieces, piecesOfChunk, chunks };
}

function placeOf({ outers, inners, across }: Cut, { layout }: Dataset, piece: number): Place {
  const outer = Math.floor(piece / across) * outers;
  const inner = (piece % across) * inners;
  const place = {
    outer,
    outers: Math.min(outers, layout.outer - outer),
    inner,
    inners: Math.min(inners, layout.inner - inner),
  };
  return {
    ...place,
    firstRow: outer * layout.inner + inner,
    rows: place.outers * place.inners,
  };
}

/** The pieces of a chunk, which follow each other. */
export function placesOf(cut: Cut, dataset: Dataset, chunk: number): [Place, ...Place[]] {
  const first = chunk * cut.piecesOfChunk;
  const count = Math.min(cut.piecesOfChunk, cut.pieces - first);
  const places = Array.from({ length: count }, (_, i) => placeOf(cut, dataset, first + i));
  return places as [Place, ...Place[]];
}
