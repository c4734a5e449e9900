using System.CommandLine;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>
/// A command's options. Each property with a description is an option of the command line: its name in kebab case, the
/// value of a new record as its default, and the attributes of <see cref="System.ComponentModel.DataAnnotations"/> as
/// its bounds.
/// </summary>
internal abstract record CommandOptions
{
    /// <summary>What is wrong with the options taken together; null if nothing is.</summary>
    public virtual string? Fault() => null;
}

/// <summary>What all experiments can be told.</summary>
internal abstract record ExperimentOptions : CommandOptions
{
    [Description("Where to write the report.")]
    public FileInfo? Json { get; init; }
}

/// <summary>Gives a command the options of a record, and reads the record out of a command line.</summary>
internal sealed partial class OptionBinder<TOptions>
    where TOptions : CommandOptions, new()
{
    private static readonly MethodInfo AddMethod =
        typeof(OptionBinder<TOptions>).GetMethod(nameof(Add), BindingFlags.Instance | BindingFlags.NonPublic)!;

    private readonly List<(PropertyInfo Property, Func<ParseResult, object?> Read)> _bound = [];

    /// <summary>Adds the options.</summary>
    public OptionBinder(Command command)
    {
        var defaults = new TOptions();
        foreach (var property in typeof(TOptions).GetProperties().Where(
            property => property.IsDefined(typeof(DescriptionAttribute))))
            AddMethod.MakeGenericMethod(property.PropertyType)
                .Invoke(this, [command, property, property.GetValue(defaults)]);
    }

    /// <summary>The options that were given, and the defaults of the others.</summary>
    public TOptions Read(ParseResult parsed)
    {
        var options = new TOptions();
        foreach (var (property, read) in _bound) property.SetValue(options, read(parsed));
        return options;
    }

    private void Add<T>(Command command, PropertyInfo property, T? otherwise)
    {
        var option = new Option<T>("--" + WordStart().Replace(property.Name, "-").ToLowerInvariant())
        {
            Description = property.GetCustomAttribute<DescriptionAttribute>()!.Description,
            AllowMultipleArgumentsPerToken = typeof(T).IsArray,
        };
        if (otherwise is not null) option.DefaultValueFactory = _ => otherwise;
        if (property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed && option is Option<string> text)
            text.AcceptOnlyFromAmong([.. allowed.Values.Cast<string>()]);
        option.Validators.Add(given =>
        {
            try
            {
                if (FaultIn(property, given.GetValueOrDefault<T>()) is { } fault)
                    given.AddError($"{option.Name}{fault}");
            }
            catch (InvalidOperationException)
            {
                // The parser tells what cannot be read at all.
            }
        });
        command.Add(option);
        _bound.Add((property, parsed => parsed.GetValue(option)));
    }

    private static string? FaultIn(PropertyInfo property, object? value)
    {
        if (value is FileInfo { Directory.Exists: false } file) return $": there is no folder {file.DirectoryName}.";
        if (property.GetCustomAttribute<RangeAttribute>() is not { } range) return null;
        var isWithin = value is int[] list ? list.All(one => range.IsValid(one)) : range.IsValid(value);
        return isWithin
            ? null
            : string.Create(CultureInfo.InvariantCulture, $" must be within {range.Minimum}…{range.Maximum}.");
    }

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordStart();
}
