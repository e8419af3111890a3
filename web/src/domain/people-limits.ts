/** More selected rows than this are not shared. */
export const MOST_SHARED_ROWS = 1000;
