// AssemblyScript's integer types, for TypeScript's reading of the files both languages share.
declare type i32 = number
declare type u32 = number
