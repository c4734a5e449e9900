using System.Reflection;
using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace OrleansSale.Tests.Benchmarks;

/// <summary>
/// What one call of each benchmark allocates, in bytes: the same on every machine of the runtime, as time is not.
/// </summary>
/// <param name="BytesPerCall">By class and method.</param>
public sealed record AllocationBaseline(SortedDictionary<string, double> BytesPerCall)
{
    /// <summary>Calls of a measurement.</summary>
    public const int Calls = 16_384;

    /// <summary>
    /// Measurements of each, of which the lowest counts: while the runtime still compiles, code allocates what it will
    /// not later. On a busy machine it may compile for long, so who knows what is enough looks at most so often.
    /// </summary>
    public const int Measurements = 12, MostMeasurements = 100;

    private static readonly TimeSpan CompilerPause = TimeSpan.FromMilliseconds(60);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The names of all benchmarks.</summary>
    public static IEnumerable<string> Names => Methods().Select(NameOf);

    /// <summary>Reads a baseline.</summary>
    public static AllocationBaseline Parse(string text) =>
        new(JsonSerializer.Deserialize<SortedDictionary<string, double>>(text)!);

    /// <summary>Measures all benchmarks.</summary>
    public static async Task<AllocationBaseline> MeasureAsync()
    {
        var bytes = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var method in Methods()) bytes[NameOf(method)] = await MeasureAsync(method, Measurements, enough: -1);
        return new(bytes);
    }

    /// <summary>Measures one until it allocates no more than is enough.</summary>
    public static Task<double> MeasureAsync(string name, double enough) =>
        MeasureAsync(Methods().Single(method => NameOf(method) == name), MostMeasurements, enough);

    /// <summary>As it is stored.</summary>
    public string Text() => JsonSerializer.Serialize(BytesPerCall, Indented);

    private static IEnumerable<MethodInfo> Methods() =>
        from type in typeof(AllocationBaseline).Assembly.GetTypes()
        from method in type.GetMethods()
        where method.GetCustomAttribute<BenchmarkAttribute>() is not null
        select method;

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static async Task<double> MeasureAsync(MethodInfo method, int measurements, double enough)
    {
        var type = method.DeclaringType!;
        var benchmark = Activator.CreateInstance(type)!;
        With<GlobalSetupAttribute>(type, benchmark);
        var call = CallOf(method, benchmark);
        var lowest = double.MaxValue;
        for (var measurement = 0; measurement < measurements && lowest > enough; measurement++)
        {
            With<IterationSetupAttribute>(type, benchmark);
            lowest = Math.Min(lowest, (double)BytesOf(call) / Calls);
            await Task.Delay(CompilerPause); // paced: the runtime compiles meanwhile
        }

        return Math.Round(lowest, 1);
    }

    private static long BytesOf(Action call)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Calls; i++) call();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void With<T>(Type type, object benchmark)
        where T : Attribute
    {
        foreach (var setup in type.GetMethods().Where(method => method.GetCustomAttribute<T>() is not null))
            setup.Invoke(benchmark, null);
    }

    // Generic, so that the call itself boxes nothing.
    private static Action CallOf(MethodInfo method, object benchmark)
    {
        if (method.ReturnType == typeof(void)) return method.CreateDelegate<Action>(benchmark);
        var typed = typeof(AllocationBaseline).GetMethod(nameof(Typed), BindingFlags.NonPublic | BindingFlags.Static)!;
        return (Action)typed.MakeGenericMethod(method.ReturnType).Invoke(null, [method, benchmark])!;
    }

    private static Action Typed<T>(MethodInfo method, object benchmark)
    {
        var call = method.CreateDelegate<Func<T>>(benchmark);
        return () => call();
    }
}
