namespace OrleansSale.Tests.Harness;

/// <summary>
/// Is told of each change of storage, before it (not stored yet) and after it. It may throw: then nothing is stored, or
/// the answer is lost.
/// </summary>
/// <param name="change">What: append or erase and the stream, write or clear and the kind of document, purge.</param>
/// <param name="isStored">Whether the change is stored by now.</param>
public delegate void ChangeHook(string change, bool isStored);
