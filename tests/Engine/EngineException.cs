namespace OrleansSale.Tests.Engine;

/// <summary>The engine did not do what it must for a test to go on.</summary>
public sealed class EngineException(string message) : Exception(message);
