import { text } from './text.js';
import { isHalted } from './timetable.js';

/** A phase in words. Before the opening a pause is no phase, but buyers need to know of it. */
export const phaseText = (board, phase) => isHalted(board, phase) && phase !== 'paused'
  ? `${text(`phase.${phase}`)} · ${text('phase.paused')}` : text(`phase.${phase}`);
