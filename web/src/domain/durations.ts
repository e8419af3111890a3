/** Lengths of time as people say them: as coarse as they are true, so that they do not flicker. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** From here on, smaller units are kept off. */
const MANY = 90;

/** What is left of something: 38 -> "about 40 s left", 400 -> "about 7 min left". */
export function timeLeft(seconds: number): string {
  if (seconds < 5) return 'a few seconds left';
  if (seconds < MANY) return `about ${Math.round(seconds / 5) * 5} s left`;
  if (seconds < MANY * MINUTE) return `about ${Math.round(seconds / MINUTE)} min left`;
  return `about ${Math.round(seconds / HOUR)} h left`;
}

/** How long ago something was: 20 -> "just now", 130 -> "2 min ago", 200,000 -> "2 days ago". */
export function ago(seconds: number): string {
  if (seconds < MINUTE) return 'just now';
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  const days = Math.floor(seconds / DAY);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** 1 -> "1st", 12 -> "12th", 23 -> "23rd". */
export function ordinal(place: number): string {
  const isTeen = place % 100 >= 11 && place % 100 <= 13;
  const ending = isTeen ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[place % 10] ?? 'th');
  return `${place}${ending}`;
}
