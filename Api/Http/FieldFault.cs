namespace OrleansSale.Api.Http;

/// <summary>The ways in which a field can be wrong: a closed set, for programs and for pages in any language.</summary>
public enum FieldFault
{
    /// <summary>It has a wrong type or form, or is out of its range.</summary>
    Malformed,

    /// <summary>It is missing.</summary>
    Missing,

    /// <summary>It has no visible character.</summary>
    Blank,

    /// <summary>It is too short, or has too few visible characters.</summary>
    TooShort,

    /// <summary>It is longer than it may be.</summary>
    TooLong,

    /// <summary>
    /// It has a character that is not allowed: a control character, or one that reorders the text around it.
    /// </summary>
    Characters,

    /// <summary>It is an instant that has passed.</summary>
    Past,

    /// <summary>It is an address that is not https.</summary>
    Insecure,

    /// <summary>It is an address that is not public, or a name that leads to one.</summary>
    PrivateAddress,

    /// <summary>It is this engine's own address.</summary>
    OwnAddress,
}
