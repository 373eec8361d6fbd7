/** A binary heap: `peek` and `pop` give the element that `before` puts first. */
export interface Heap<T> {
  readonly size: number
  push(value: T): void
  peek(): T | undefined
  pop(): T | undefined
  /** Replaces the content, and the order when given. */
  rebuild(values: Iterable<T>, before?: (a: T, b: T) => boolean): void
}

export function createHeap<T>(order: (a: T, b: T) => boolean): Heap<T> {
  let before = order
  let items: T[] = []

  const siftUp = (start: number): void => {
    const item = items[start] as T
    let index = start
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!before(item, items[parent] as T)) break
      items[index] = items[parent] as T
      index = parent
    }
    items[index] = item
  }
  const siftDown = (start: number): void => {
    const item = items[start] as T
    let index = start
    for (;;) {
      let child = 2 * index + 1
      if (child >= items.length) break
      if (child + 1 < items.length && before(items[child + 1] as T, items[child] as T)) child++
      if (!before(items[child] as T, item)) break
      items[index] = items[child] as T
      index = child
    }
    items[index] = item
  }
  return {
    get size() {
      return items.length
    },
    push(value) {
      items.push(value)
      siftUp(items.length - 1)
    },
    peek: () => items[0],
    pop() {
      const first = items[0]
      const last = items.pop()
      if (items.length > 0 && last !== undefined) {
        items[0] = last
        siftDown(0)
      }
      return first
    },
    rebuild(values, newOrder) {
      if (newOrder !== undefined) before = newOrder
      items = [...values]
      for (let index = (items.length >> 1) - 1; index >= 0; index--) siftDown(index)
    },
  }
}
