namespace OrleansSale.Silo;

/// <summary>A process cannot start. The message is one line for the operator.</summary>
public sealed class StartException(string message) : Exception(message);
