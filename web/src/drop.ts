// What a drop brings: files, and folders with all that lies in them.
import { invalidArgument } from './error.js';

const mostFiles = 10_000;

export function isDrop(source: unknown): source is DataTransfer {
  return typeof DataTransfer === 'function' && source instanceof DataTransfer;
}

/** Files by their paths. A browser shows a drop until its event is over, so this looks at all of it before it waits. */
export async function filesOfDrop(drop: DataTransfer): Promise<Map<string, File>> {
  const items = Array.from(drop.items, (item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const files = new Map<string, File>();
  for (const item of items) {
    if (item instanceof File) files.set(item.name, item);
    else if (item !== null) await addEntry(item, files);
  }
  return files;
}

async function addEntry(entry: FileSystemEntry, files: Map<string, File>): Promise<void> {
  if (files.size >= mostFiles) throw invalidArgument(`more than ${mostFiles} files`, 'loadModel');
  if (entry.isFile) {
    const file = new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    files.set(entry.fullPath.replace(/^\//, ''), await file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const some = (): Promise<FileSystemEntry[]> => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  // It gives a hundred or so at a time, and none when there are no more.
  for (let entries = await some(); entries.length > 0; entries = await some()) {
    for (const inside of entries) await addEntry(inside, files);
  }
}
