using System.CommandLine;
using System.CommandLine.Parsing;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.RegularExpressions;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>
/// A command's options. Each property with a description is an option: its name in kebab case, the value of a new
/// record as its default, the attributes of <see cref="System.ComponentModel.DataAnnotations"/> as its bounds.
/// </summary>
internal abstract record CommandOptions
{
    /// <summary>What the attributes cannot say is wrong; null if nothing is.</summary>
    protected virtual string? Fault() => null;

    public IEnumerable<string> Faults()
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(this, new ValidationContext(this), found, validateAllProperties: true);
        return found.Select(one => one.ErrorMessage).Append(Fault()).OfType<string>();
    }
}

/// <summary>What all experiments can be told.</summary>
internal abstract record ExperimentOptions : CommandOptions
{
    [Description("Where to write the report.")]
    public FileInfo? Json { get; init; }

    protected override string? Fault() =>
        Json is { Directory.Exists: false } ? $"--json: there is no folder {Json.DirectoryName}." : null;
}

/// <summary>Gives a command the options of a record, and reads the record out of a command line.</summary>
internal sealed partial class OptionBinder<TOptions>
    where TOptions : CommandOptions, new()
{
    private readonly List<(PropertyInfo Property, Func<SymbolResult, object?> Read)> _bound = [];

    public OptionBinder(Command command)
    {
        var (defaults, add) =
            (new TOptions(), GetType().GetMethod(nameof(Add), BindingFlags.Instance | BindingFlags.NonPublic)!);
        foreach (var property in typeof(TOptions).GetProperties())
        {
            if (property.GetCustomAttribute<DescriptionAttribute>() is not { } told) continue;
            add.MakeGenericMethod(property.PropertyType)
                .Invoke(this, [command, property, told.Description, property.GetValue(defaults)]);
        }

        command.Validators.Add(AddFaults);
    }

    /// <summary>The options that were given, and the defaults of the others.</summary>
    public TOptions Read(SymbolResult given)
    {
        var options = new TOptions();
        foreach (var (property, read) in _bound) property.SetValue(options, read(given));
        return options;
    }

    private void Add<T>(Command command, PropertyInfo property, string description, T? otherwise)
    {
        var option = new Option<T>("--" + WordStart().Replace(property.Name, "-").ToLowerInvariant())
        {
            Description = description,
            AllowMultipleArgumentsPerToken = typeof(T).IsArray,
        };
        if (otherwise is not null) option.DefaultValueFactory = _ => otherwise;
        command.Add(option);
        // A validator sees no defaults.
        _bound.Add((property, given => given.GetResult(option) is null ? otherwise : given.GetValue(option)));
    }

    private void AddFaults(CommandResult given)
    {
        try
        {
            foreach (var fault in Read(given).Faults()) given.AddError(fault);
        }
        catch (InvalidOperationException)
        {
            // The parser tells what cannot be read at all.
        }
    }

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordStart();
}
