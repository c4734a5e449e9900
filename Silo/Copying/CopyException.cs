namespace OrleansSale.Silo.Copying;

/// <summary>The copy can't be made or is wrong. The message is one line for the operator.</summary>
public sealed class CopyException(string message, Exception? inner = null) : Exception(message, inner);
