namespace OrleansSale.Silo.Copying;

/// <summary>The copy can't be made or is not right; the message is the one line a person needs.</summary>
public sealed class CopyException(string message, Exception? inner = null) : Exception(message, inner);
