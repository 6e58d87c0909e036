/* Undo and redo over states that never change. Pure: no DOM. */
const LONGEST = 200;

export class History {
  #past = [];
  #future = [];
  #mark = null;

  constructor(state) {
    this.state = state;
  }

  /* Take a new state. Changes under one mark, such as the letters typed into one input, are one step. */
  commit(state, { said, mark = null }) {
    const isSameStep = mark !== null && mark === this.#mark;
    if (!isSameStep) this.#past = [...this.#past.slice(1 - LONGEST), { state: this.state, said }];
    Object.assign(this, { state });
    this.#future = [];
    this.#mark = mark;
  }

  /* End the step: what is typed next can be undone by itself. */
  seal() {
    this.#mark = null;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /* Go one step back, and return what is undone; undefined where there is none. */
  undo() {
    const step = this.#past.pop();
    if (!step) return undefined;
    this.#future.push({ state: this.state, said: step.said });
    return this.#arrive(step);
  }

  redo() {
    const step = this.#future.pop();
    if (!step) return undefined;
    this.#past.push({ state: this.state, said: step.said });
    return this.#arrive(step);
  }

  #arrive({ state, said }) {
    this.state = state;
    this.seal();
    return said;
  }
}
