/** Whether two types are the same, in both directions: `any` equals nothing but `any`. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles where `T` is `true`. */
export declare function check<T extends true>(): T;

check<Equal<{ a?: string }, { a?: string }>>();
// @ts-expect-error a difference has to be seen
check<Equal<{ a?: string }, { a: string }>>();
// @ts-expect-error a difference has to be seen
check<Equal<any, unknown>>();
// @ts-expect-error a difference has to be seen
check<Equal<(a: string) => void, (a: any) => void>>();
// @ts-expect-error a difference has to be seen
check<Equal<Promise<string | undefined>, Promise<string>>>();
