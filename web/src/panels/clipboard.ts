/** Copies a link; returns what to tell the person. Browsers refuse the clipboard to pages without TLS on other hosts. */
export async function copied(link: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(link);
    return 'Link copied';
  } catch {
    return 'The browser did not allow copying: take the link from the address bar';
  }
}
